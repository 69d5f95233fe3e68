# The built-in models: spkc turns each models/NAME.nestml into one C file with a kernel for every
# integrator, which is built for each precision and instruction set; and into the table of them all.
add_executable(spkc tools/spkc.c)
target_link_libraries(spkc PRIVATE spikefit_compiler)

set(kernel_dir ${CMAKE_BINARY_DIR}/kernels)
file(MAKE_DIRECTORY ${kernel_dir})
file(GLOB model_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/models/*.nestml)
set(kernel_sources)
foreach(model IN LISTS model_files)
  get_filename_component(name ${model} NAME_WE)
  add_custom_command(OUTPUT ${kernel_dir}/${name}.c
    COMMAND spkc --build ${model} ${kernel_dir}/${name}.c
    DEPENDS ${model} spkc COMMENT "Compiling the model ${name}" VERBATIM)
  list(APPEND kernel_sources ${kernel_dir}/${name}.c)
endforeach()
add_custom_target(kernel_sources DEPENDS ${kernel_sources})

add_custom_command(OUTPUT ${kernel_dir}/builtin_models.c
  COMMAND spkc --catalogue ${kernel_dir}/builtin_models.c ${model_files}
  DEPENDS ${model_files} spkc COMMENT "Listing the built-in models" VERBATIM)
set(kernel_headers ${SPK_LANE_DIR}/spk_lane.h ${CMAKE_SOURCE_DIR}/src/emit/spk_emit.h
  ${CMAKE_SOURCE_DIR}/include/spikefit/kernel.h)
add_custom_command(OUTPUT ${kernel_dir}/kernel_headers.c
  COMMAND spkc --embed ${kernel_dir}/kernel_headers.c ${kernel_headers}
  DEPENDS ${kernel_headers} spk_lane spkc COMMENT "Embedding the headers of kernels" VERBATIM)
target_sources(spikefit PRIVATE ${kernel_dir}/builtin_models.c ${kernel_dir}/kernel_headers.c)

# The flags of kernels, built in or compiled at run time (src/model/compile.c).
set(kernel_flags -O3 -g0 -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(SPK_SANITIZE)
  list(APPEND kernel_flags -fno-sanitize=all)
endif()
foreach(precision 32 64)
  set(number 0)
  foreach(isa base avx2 avx512)
    set(target kernels_f${precision}_${isa})
    add_library(${target} OBJECT ${kernel_sources})
    add_dependencies(${target} kernel_sources spk_lane)
    target_include_directories(${target} PRIVATE ${SPK_LANE_DIR} ${CMAKE_SOURCE_DIR}/src/emit
      ${CMAKE_SOURCE_DIR}/include/spikefit)
    target_compile_definitions(${target} PRIVATE SPK_ISA=${number} SPK_PRECISION=${precision})
    target_compile_options(${target} PRIVATE ${kernel_flags} ${SPK_FLAGS_${isa}})
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_sources(spikefit PRIVATE $<TARGET_OBJECTS:${target}>)
    math(EXPR number "${number} + 1")
  endforeach()
endforeach()
