# How Logwood's targets are made: one function each for a module, a test program and a fuzz target.

include(CheckLinkerFlag)
include(LogwoodDependencies)
if(LOGWOOD_DEPENDENCIES_MISSING)
  message(FATAL_ERROR "${LOGWOOD_DEPENDENCIES_MISSING}")
endif()

find_program(LOGWOOD_CCACHE ccache)
if(LOGWOOD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LOGWOOD_CCACHE})
endif()

# A faster linker where there is one; whoever embeds Logwood chooses their own.
if(PROJECT_IS_TOP_LEVEL)
  foreach(linker mold lld)
    check_linker_flag(CXX -fuse-ld=${linker} LOGWOOD_LINKS_WITH_${linker})
    if(LOGWOOD_LINKS_WITH_${linker})
      add_link_options(-fuse-ld=${linker})
      break()
    endif()
  endforeach()
endif()

# The library may end up inside a shared one (a language binding); hidden symbols keep position-independent code as
# fast there as in a program.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

# What Logwood's own code is compiled with. Optimised builds carry the checks that cost nothing to speak of; the
# sanitizers bring their own.
add_library(logwood_flags INTERFACE)
# Whoever embeds Logwood may do without these; inside, they are used.
target_compile_options(logwood_flags INTERFACE -fexceptions -frtti)
# Designated initialisers leave out what keeps its default; that is their use.
target_compile_options(logwood_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety> $<$<BOOL:${LOGWOOD_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(logwood_flags INTERFACE -Wno-restrict)  # GCC bug 105651: warns of "literal" + std::string.
endif()
target_compile_definitions(logwood_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
# See src/base/lock_order.h. All of the library has to agree about it.
add_compile_definitions($<$<OR:$<CONFIG:Debug>,$<BOOL:${LOGWOOD_SANITIZE}>>:LOGWOOD_CHECK_LOCK_ORDER>)
if(NOT LOGWOOD_SANITIZE)
  target_compile_options(logwood_flags INTERFACE -fstack-protector-strong
    $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)
  target_link_options(logwood_flags INTERFACE LINKER:-z,relro,-z,now)
endif()

if(LOGWOOD_SANITIZE)
  add_compile_options(-fsanitize=${LOGWOOD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LOGWOOD_SANITIZE})
endif()
if(LOGWOOD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # Modules tell the fuzzer which edges an input reached.
endif()
if(LOGWOOD_COVERAGE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
    add_link_options(-fprofile-instr-generate)
  else()
    add_compile_options(--coverage)
    add_link_options(--coverage)
  endif()
endif()

# logwood_module(NAME SOURCES ... DEPENDS ...): the module src/NAME, which may include only the modules it depends on.
# The tests link modules one by one; users link `logwood`, which holds the objects of all.
function(logwood_module name)
  cmake_parse_arguments(module "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(logwood_${name} STATIC ${module_SOURCES})
  target_include_directories(logwood_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM module_DEPENDS PREPEND logwood_)
  target_link_libraries(logwood_${name} PUBLIC ${module_DEPENDS} Threads::Threads PRIVATE logwood_flags)
  set_property(GLOBAL APPEND PROPERTY LOGWOOD_MODULES logwood_${name})
endfunction()

# logwood_test(NAME SOURCES ... DEPENDS ... [LONG] [LABELS ...] [ARGUMENTS ...] [TIMEOUT seconds]): a GoogleTest program.
# With LONG it is registered twice: as NAME, and as NAME_long with LOGWOOD_FULL=1 in its environment and the label
# `full`, which only `./check --full` runs. A program that knows no short form takes LABELS full instead.
function(logwood_test name)
  cmake_parse_arguments(test "LONG" "TIMEOUT" "SOURCES;DEPENDS;LABELS;ARGUMENTS" ${ARGN})
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_DEPENDS} logwood_flags GTest::gtest GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 600)
  endif()
  if(LOGWOOD_SANITIZE)
    math(EXPR test_TIMEOUT "${test_TIMEOUT} * 5")
  endif()
  add_test(NAME ${name} COMMAND ${name} ${test_ARGUMENTS})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${test_TIMEOUT} LABELS "${test_LABELS}")
  set(long_tests "")
  if(test_LONG)
    add_test(NAME ${name}_long COMMAND ${name} ${test_ARGUMENTS})
    set(long_tests ${name}_long)
  elseif("full" IN_LIST test_LABELS)
    set(long_tests ${name})
  endif()
  if(long_tests)
    set_tests_properties(${long_tests} PROPERTIES TIMEOUT 7200 LABELS full ENVIRONMENT LOGWOOD_FULL=1)
  endif()
endfunction()

# logwood_fuzz(NAME SOURCES ... DEPENDS ...): the libFuzzer target NAME_fuzz. Its corpus is fuzz/corpus/NAME_fuzz.
function(logwood_fuzz name)
  cmake_parse_arguments(fuzz "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name}_fuzz ${fuzz_SOURCES})
  target_link_libraries(${name}_fuzz PRIVATE ${fuzz_DEPENDS} logwood_flags)
  target_include_directories(${name}_fuzz PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
endfunction()
