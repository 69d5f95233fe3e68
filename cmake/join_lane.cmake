# Puts the parts of src/num/lane.h, and theirs, in the place of their includes. Run by cmake/lane.cmake.
file(READ ${SOURCE}/num/lane.h text)
while(text MATCHES "#include \"(num/lane[a-z0-9_]*\\.h)\"\n")
  set(part ${CMAKE_MATCH_1})
  file(READ ${SOURCE}/${part} body)
  string(REPLACE "#include \"${part}\"\n" "${body}" text "${text}")
endwhile()
file(WRITE ${OUT} "${text}")
