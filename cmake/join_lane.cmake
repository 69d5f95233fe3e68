# Puts the parts of src/num/lane.h in the place of their includes. Run by cmake/lane.cmake.
file(READ ${SOURCE}/num/lane.h text)
string(REGEX MATCHALL "num/lane[a-z0-9_]*\\.h" parts "${text}")
list(REMOVE_DUPLICATES parts)
foreach(part IN LISTS parts)
  file(READ ${SOURCE}/${part} body)
  string(REPLACE "#include \"${part}\"\n" "${body}" text "${text}")
endforeach()
file(WRITE ${OUT} "${text}")
