# How Logwood's targets are made: one function for a module, one for a test program.

find_package(PkgConfig REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
find_package(Threads REQUIRED)

find_program(LOGWOOD_CCACHE ccache)
if(LOGWOOD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LOGWOOD_CCACHE})
endif()

add_library(logwood_flags INTERFACE)
target_compile_options(logwood_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety> $<$<BOOL:${LOGWOOD_WERROR}>:-Werror>)
if(LOGWOOD_SANITIZE)
  add_compile_options(-fsanitize=${LOGWOOD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LOGWOOD_SANITIZE})
endif()
if(LOGWOOD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # Modules tell the fuzzer which edges an input reached.
endif()
if(LOGWOOD_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

# logwood_module(NAME SOURCES ... DEPENDS ...): the module src/NAME, which may include only the modules it depends on.
function(logwood_module name)
  cmake_parse_arguments(module "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(logwood_${name} STATIC ${module_SOURCES})
  target_include_directories(logwood_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM module_DEPENDS PREPEND logwood_)
  target_link_libraries(logwood_${name} PUBLIC ${module_DEPENDS} Threads::Threads PRIVATE logwood_flags)
  set_property(GLOBAL APPEND PROPERTY LOGWOOD_MODULES logwood_${name})
endfunction()

# logwood_test(NAME SOURCES ... DEPENDS ... [LABELS ...] [TIMEOUT seconds]): a GoogleTest program.
function(logwood_test name)
  cmake_parse_arguments(test "" "TIMEOUT" "SOURCES;DEPENDS;LABELS;ARGUMENTS" ${ARGN})
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_DEPENDS} logwood_flags GTest::gtest GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
  add_test(NAME ${name} COMMAND ${name} ${test_ARGUMENTS})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${test_TIMEOUT} LABELS "${test_LABELS}")
endfunction()
