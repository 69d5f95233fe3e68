# What speaks to MPI is a plug-in that the program loads when mpirun has started it, so that neither the library nor
# a run without mpirun needs Open MPI. Without its development files the plug-in is left out.
pkg_check_modules(MPI IMPORTED_TARGET ompi-c)
if(MPI_FOUND)
  add_library(spikefit_mpi MODULE src/mpi/openmpi.c)
  target_link_libraries(spikefit_mpi PRIVATE PkgConfig::MPI)
  set_target_properties(spikefit_mpi PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden)
  install(TARGETS spikefit_mpi LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/spikefit)
else()
  message(STATUS "Open MPI (libopenmpi-dev) was not found: built without MPI")
endif()
if(TARGET spikefit_program)
  target_compile_definitions(spikefit_program PRIVATE
    SPK_PLUGINS="${CMAKE_INSTALL_FULL_LIBDIR}/spikefit")
endif()
