# spk_room_sources(OUT room ...): the C files of these rooms of src/.
function(spk_room_sources out)
  set(all)
  foreach(room IN LISTS ARGN)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.c)
    list(APPEND all ${files})
  endforeach()
  set(${out} ${all} PARENT_SCOPE)
endfunction()
