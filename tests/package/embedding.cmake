# Logwood's sources within another project, which has settings of its own.
include(${CMAKE_CURRENT_LIST_DIR}/outside.cmake)
write_readme_program(prints)
readme_block(lines cmake 1)
file(CONFIGURE OUTPUT ${WORK}/readme.cmake CONTENT "@lines@" @ONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/embedding/CMakeLists.txt ${WORK}/CMakeLists.txt COPYONLY)
file(CREATE_LINK ${PROJECT} ${WORK}/logwood SYMBOLIC)
configure(${WORK})
build(--target users testing_user)
run_in_empty_directory(printed ${WORK}/build/users)
require_equal("README's program printed" "${printed}" "${prints}")
run(ignored ${WORK}/build/testing_user)

# The project installs its own program and nothing of Logwood's.
file(REMOVE_RECURSE ${WORK}/installed)
run(ignored ${CMAKE_COMMAND} --install ${WORK}/build --prefix ${WORK}/installed)
file(GLOB_RECURSE installed RELATIVE ${WORK}/installed ${WORK}/installed/*)
require_equal("installed by the project" "${installed}" "bin/users")
