# The HTML report carries D3 and its own scripts: src/report/assets.c embeds these files.
find_file(SPK_D3 d3.min.js PATHS /usr/share/nodejs/d3/dist NO_DEFAULT_PATH REQUIRED)
set(SPK_ASSETS ${CMAKE_SOURCE_DIR}/src/report/assets)
file(GLOB assets CONFIGURE_DEPENDS ${SPK_ASSETS}/*)
set_source_files_properties(src/report/assets.c PROPERTIES
  COMPILE_DEFINITIONS "SPK_D3=\"${SPK_D3}\";SPK_ASSETS=\"${SPK_ASSETS}\""
  OBJECT_DEPENDS "${assets};${SPK_D3}")
