# Every installed header compiles alone, and twice in one file, without a warning.
include(${CMAKE_CURRENT_LIST_DIR}/outside.cmake)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
file(GLOB_RECURSE headers RELATIVE ${PREFIX}/include ${PREFIX}/include/*)
list(LENGTH headers count)
if(count LESS 20)
  message(FATAL_ERROR "only these headers are installed: ${headers}")
endif()
foreach(header IN LISTS headers)
  file(WRITE ${WORK}/alone.cc "#include \"${header}\"\n#include \"${header}\"\n")
  run(ignored ${COMPILER} -std=c++20 ${warnings} -I${PREFIX}/include -fsyntax-only alone.cc)
endforeach()

# Users of a later standard, and those who do without exceptions or type information.
file(WRITE ${WORK}/all.cc "#include <logwood/logwood.h>\n")
run(ignored ${COMPILER} -std=c++23 ${warnings} -I${PREFIX}/include -fsyntax-only all.cc)
run(ignored ${COMPILER} -std=c++20 -fno-exceptions -fno-rtti ${warnings} -I${PREFIX}/include -fsyntax-only all.cc)
