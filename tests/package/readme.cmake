# README's program, built by README's CMakeLists.txt against the installed package, prints what README says it prints.
include(${CMAKE_CURRENT_LIST_DIR}/outside.cmake)
write_readme_program(prints)
readme_block(lines cmake 0)
file(CONFIGURE OUTPUT ${WORK}/CMakeLists.txt CONTENT "@lines@" @ONLY)
configure(${WORK} -D CMAKE_PREFIX_PATH=${PREFIX})
build()
run_in_empty_directory(printed ${WORK}/build/users)
require_equal("README's program printed" "${printed}" "${prints}")
