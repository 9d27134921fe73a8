# Installs Logwood as a user does, and moves what was installed: nothing in it may remember where it was.
include(${CMAKE_CURRENT_LIST_DIR}/outside.cmake)
file(MAKE_DIRECTORY ${WORK})
file(REMOVE_RECURSE ${PREFIX} ${WORK}/staged)
run(ignored ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/staged)
file(RENAME ${WORK}/staged ${PREFIX})

# Libraries are static, and nothing of tests and tools is among them but what is meant to be.
file(GLOB_RECURSE libraries RELATIVE ${PREFIX} ${PREFIX}/liblogwood* ${PREFIX}/*.so*)
list(TRANSFORM libraries REPLACE ".*/" "")
list(SORT libraries)
require_equal("libraries installed" "${libraries}" "liblogwood.a;liblogwood_store_contract.a;liblogwood_testing.a")
file(GLOB programs RELATIVE ${PREFIX}/bin ${PREFIX}/bin/*)
require_equal("programs installed" "${programs}" "logwood")
run(ignored ${PREFIX}/bin/logwood --help)
