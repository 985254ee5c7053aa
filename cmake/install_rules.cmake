# cmake --install gives headers, library and a CMake package: find_package(xgrad), then xgrad::xgrad.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/xgrad")

install(TARGETS xgrad EXPORT xgrad_targets)
install(DIRECTORY ${xgrad_floors} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad" FILES_MATCHING PATTERN "*.hpp")
install(FILES ${front_headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad")
install(EXPORT xgrad_targets NAMESPACE xgrad:: DESTINATION "${package_dir}")

configure_package_config_file(cmake/xgrad-config.cmake.in xgrad-config.cmake
                              INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(xgrad-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/xgrad-config.cmake" "${PROJECT_BINARY_DIR}/xgrad-config-version.cmake"
              cmake/FindOpenBLAS.cmake
        DESTINATION "${package_dir}")
