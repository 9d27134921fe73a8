# The example that is a project of its own: a store of someone else's, and its tests.
include(${CMAKE_CURRENT_LIST_DIR}/outside.cmake)
file(MAKE_DIRECTORY ${WORK})
configure(${PROJECT}/examples/object_store -D CMAKE_BUILD_TYPE=Release -D CMAKE_PREFIX_PATH=${PREFIX})
build()
run(out ${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure --no-tests=error)
message("${out}")
