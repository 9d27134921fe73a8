# What `cmake --install` installs: headers, the static libraries, the command line, and what CMake and pkg-config need to
# find them. Everything is found relative to where it lies, so that an installed tree can be moved.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Logwood)

# logwood_install(TARGET FILE HEADERS): a library, the headers that stand for it, and the file that names it to CMake.
function(logwood_install target file headers)
  install(TARGETS ${target} EXPORT ${file} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT ${file} FILE ${file}.cmake NAMESPACE logwood:: DESTINATION ${package_dir})
  install(DIRECTORY ${headers}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
endfunction()

logwood_install(logwood LogwoodLibrary include)
if(TARGET logwood::testing)
  logwood_install(logwood_testing_archive LogwoodTesting testing/include)
endif()
if(TARGET logwood::store_contract)
  logwood_install(logwood_store_contract_archive LogwoodStoreContract testing/include)
endif()
if(TARGET logwood_program)
  install(TARGETS logwood_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# While the major version is 0 any minor one may break its users.
configure_package_config_file(cmake/LogwoodConfig.cmake.in ${PROJECT_BINARY_DIR}/LogwoodConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/LogwoodConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/LogwoodDependencies.cmake ${PROJECT_BINARY_DIR}/LogwoodConfig.cmake
  ${PROJECT_BINARY_DIR}/LogwoodConfigVersion.cmake DESTINATION ${package_dir})

# The folders as they lie to one another, wherever the user has put them.
file(RELATIVE_PATH LOGWOOD_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" LOGWOOD_PC_PREFIX "${LOGWOOD_PC_PREFIX}")
file(RELATIVE_PATH LOGWOOD_PC_LIBDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH LOGWOOD_PC_INCLUDEDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
list(JOIN LOGWOOD_DEPENDENCY_PACKAGES " " LOGWOOD_PC_REQUIRES)
configure_file(cmake/logwood.pc.in ${PROJECT_BINARY_DIR}/logwood.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/logwood.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
