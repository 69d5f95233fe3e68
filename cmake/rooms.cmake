# spk_room_sources(OUT room ...): the C files of these rooms of src/. A file called *_avx2.c or
# *_avx512.c is built for that instruction set; what it defines may run only where spk__cpu_isa allows.
set(SPK_FLAGS_base)
set(SPK_FLAGS_avx2 -mavx2 -mfma)
set(SPK_FLAGS_avx512 -mavx2 -mfma -mavx512f -mavx512dq -mavx512vl -mavx512bw
  -mprefer-vector-width=512)
function(spk_room_sources out)
  set(all)
  foreach(room IN LISTS ARGN)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.c
      ${CMAKE_SOURCE_DIR}/src/${room}/*/*.c)
    list(APPEND all ${files})
  endforeach()
  foreach(isa avx2 avx512)
    set(of_isa ${all})
    list(FILTER of_isa INCLUDE REGEX "_${isa}\\.c$")
    if(of_isa)
      set_source_files_properties(${of_isa} PROPERTIES COMPILE_OPTIONS "${SPK_FLAGS_${isa}}")
    endif()
  endforeach()
  set(${out} ${all} PARENT_SCOPE)
endfunction()
