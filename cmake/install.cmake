# make install: program, library, headers, pkg-config file, models, man page.
install(TARGETS spikefit spikefit_compiler ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/spikefit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY models DESTINATION ${CMAKE_INSTALL_DATADIR}/spikefit FILES_MATCHING
  PATTERN "*.nestml")
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
configure_file(cmake/spikefit.pc.in spikefit.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/spikefit.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(TARGET spikefit_program)
  install(TARGETS spikefit_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # The manual page is the program's own help.
  add_custom_command(OUTPUT spikefit.1
    COMMAND ${CMAKE_SOURCE_DIR}/tools/make-man $<TARGET_FILE:spikefit_program> > spikefit.1
    DEPENDS spikefit_program ${CMAKE_SOURCE_DIR}/tools/make-man)
  add_custom_target(man ALL DEPENDS spikefit.1)
  install(FILES ${CMAKE_BINARY_DIR}/spikefit.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
