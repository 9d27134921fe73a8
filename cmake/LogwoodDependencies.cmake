# What the library is linked with, one line each at the end of this file. Logwood's own build reads it, and so does, from
# beside the installed LogwoodConfig.cmake, whoever links the library: both look for the same things in the same way.
# Sets, for those who include it:
#   LOGWOOD_DEPENDENCIES           their targets
#   LOGWOOD_DEPENDENCY_PACKAGES    their names in pkg-config
#   LOGWOOD_DEPENDENCIES_MISSING   a sentence for each that was not found

find_package(Threads QUIET)
find_package(PkgConfig QUIET)
set(LOGWOOD_DEPENDENCIES "")
set(LOGWOOD_DEPENDENCY_PACKAGES "")
set(LOGWOOD_DEPENDENCIES_MISSING "")

# logwood_dependency(NAME HEADER LIBRARY PACKAGE DEBIAN-PACKAGE): the target logwood::NAME. pkg-config, where there is
# one, says where to look first.
macro(logwood_dependency name header library package debian_package)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(LOGWOOD_${name}_HINT QUIET ${package})
  endif()
  find_path(LOGWOOD_${name}_INCLUDE_DIR ${header} HINTS ${LOGWOOD_${name}_HINT_INCLUDE_DIRS})
  find_library(LOGWOOD_${name}_LIBRARY ${library} HINTS ${LOGWOOD_${name}_HINT_LIBRARY_DIRS})
  mark_as_advanced(LOGWOOD_${name}_INCLUDE_DIR LOGWOOD_${name}_LIBRARY)
  if(NOT LOGWOOD_${name}_INCLUDE_DIR OR NOT LOGWOOD_${name}_LIBRARY)
    string(APPEND LOGWOOD_DEPENDENCIES_MISSING
      "Logwood needs ${name}: ${header} and lib${library} were not found. Install it (Debian: ${debian_package}), or set "
      "LOGWOOD_${name}_INCLUDE_DIR and LOGWOOD_${name}_LIBRARY.\n")
  elseif(NOT TARGET logwood::${name})
    add_library(logwood::${name} UNKNOWN IMPORTED)
    set_target_properties(logwood::${name} PROPERTIES IMPORTED_LOCATION "${LOGWOOD_${name}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${LOGWOOD_${name}_INCLUDE_DIR}")
  endif()
  list(APPEND LOGWOOD_DEPENDENCIES logwood::${name})
  list(APPEND LOGWOOD_DEPENDENCY_PACKAGES ${package})
endmacro()

if(NOT Threads_FOUND)
  set(LOGWOOD_DEPENDENCIES_MISSING "Logwood needs threads, and CMake found none for this compiler.\n")
endif()

logwood_dependency(xxhash xxhash.h xxhash libxxhash libxxhash-dev)
