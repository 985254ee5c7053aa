# A program outside of xgrad is configured, built and run, once with the installed package and once with the
# sources as a part of its own build; the latter unoptimised and shared, which nothing else here is.

function(add_consumer_test name)
  add_test(NAME consumer_${name} COMMAND
    "${CMAKE_CTEST_COMMAND}" --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/consumer"
    "${CMAKE_CURRENT_BINARY_DIR}/consumer_${name}" --build-generator "${CMAKE_GENERATOR}" --build-noclean
    --build-options "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" ${ARGN}
    --test-command consumer)
  set_tests_properties(consumer_${name} PROPERTIES TIMEOUT 1800 PROCESSORS 2)
endfunction()

set(prefix "${CMAKE_CURRENT_BINARY_DIR}/prefix")
add_test(NAME install COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}" --prefix "${prefix}")
set_tests_properties(install PROPERTIES FIXTURES_SETUP installed)
add_consumer_test(installed "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}")
set_tests_properties(consumer_installed PROPERTIES FIXTURES_REQUIRED installed)

add_consumer_test(subdirectory "-DXGRAD_SOURCE=${PROJECT_SOURCE_DIR}" -DBUILD_SHARED_LIBS=ON
                  -DCMAKE_BUILD_TYPE=Debug)
