# spk_lane.h: the lane operations (src/num/lane.h and its parts) as one file that needs no other, for
# kernels that are compiled outside the source tree. In the folder SPK_LANE_DIR; depend on the target
# spk_lane.
set(SPK_LANE_DIR ${CMAKE_BINARY_DIR}/lane)
file(GLOB lane_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/num/lane*.h)
add_custom_command(OUTPUT ${SPK_LANE_DIR}/spk_lane.h
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR}/src -DOUT=${SPK_LANE_DIR}/spk_lane.h
    -P ${CMAKE_SOURCE_DIR}/cmake/join_lane.cmake
  DEPENDS ${lane_parts} ${CMAKE_SOURCE_DIR}/cmake/join_lane.cmake
  COMMENT "Joining spk_lane.h" VERBATIM)
add_custom_target(spk_lane ALL DEPENDS ${SPK_LANE_DIR}/spk_lane.h)
