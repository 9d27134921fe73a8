# What the scripts of this folder do with projects outside of Logwood's. Each script gets, beside PROJECT (Logwood's
# sources), BUILD (where they were built) and PREFIX (where they were installed), a folder WORK of its own.

function(require_equal what found expected)
  if(NOT found STREQUAL expected)
    message(FATAL_ERROR "${what}: found\n${found}\nexpected\n${expected}")
  endif()
endfunction()

# run(OUTPUT COMMAND ARGUMENT...): runs a command in WORK, ends the test if it fails, and gives what it printed.
function(run output)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result OUTPUT_VARIABLE out
    ERROR_VARIABLE err)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}: ended with ${result}\n${out}${err}")
  endif()
  set(${output} "${out}" PARENT_SCOPE)
endfunction()

# configure(SOURCE [OPTION...]): the project in SOURCE, with WORK/build for its build.
function(configure source)
  run(ignored ${CMAKE_COMMAND} -S ${source} -B ${WORK}/build -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
    -D CMAKE_CXX_FLAGS=${FLAGS} ${ARGN})
endfunction()

function(build)
  run(ignored ${CMAKE_COMMAND} --build ${WORK}/build --parallel 2 ${ARGN})
endfunction()

# Runs the program in a directory that is empty but for what it makes there.
function(run_in_empty_directory output program)
  file(REMOVE_RECURSE ${WORK}/empty)
  file(MAKE_DIRECTORY ${WORK}/empty)
  run(out ${CMAKE_COMMAND} -E chdir ${WORK}/empty ${program})
  set(${output} "${out}" PARENT_SCOPE)
endfunction()

# The text of the `index`-th block (from 0) of `language` under "## Use" in README.md.
function(readme_block output language index)
  file(READ ${PROJECT}/README.md text)
  string(FIND "${text}" "\n## Use\n" begin)
  string(SUBSTRING "${text}" ${begin} -1 text)
  string(SUBSTRING "${text}" 8 -1 text)
  string(FIND "${text}" "\n## " end)
  string(SUBSTRING "${text}" 0 ${end} text)
  set(fence "\n```${language}\n")
  string(LENGTH "${fence}" fence_length)
  foreach(i RANGE ${index})
    string(FIND "${text}" "${fence}" begin)
    if(begin EQUAL -1)
      message(FATAL_ERROR "README.md: under \"Use\" there is no block ${index} of ${language}")
    endif()
    math(EXPR begin "${begin} + ${fence_length}")
    string(SUBSTRING "${text}" ${begin} -1 text)
  endforeach()
  string(FIND "${text}" "\n```" end)
  math(EXPR end "${end} + 1")
  string(SUBSTRING "${text}" 0 ${end} text)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

# README's program as WORK/users.cc, and what it prints.
function(write_readme_program output)
  readme_block(program cpp 0)
  readme_block(prints text 0)
  file(CONFIGURE OUTPUT ${WORK}/users.cc CONTENT "@program@" @ONLY)
  set(${output} "${prints}" PARENT_SCOPE)
endfunction()
