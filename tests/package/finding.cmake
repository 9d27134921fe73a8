# find_package(Logwood) with versions and components that are there, and with those that are not.
include(${CMAKE_CURRENT_LIST_DIR}/outside.cmake)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
configure(${CMAKE_CURRENT_LIST_DIR}/finding -D CMAKE_PREFIX_PATH=${PREFIX})
