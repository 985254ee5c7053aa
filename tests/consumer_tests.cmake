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

# gradcheck is tried in the test frameworks that are installed.
find_package(GTest QUIET)
find_package(Catch2 2 QUIET)
foreach(framework GTest Catch2)
  if(${framework}_FOUND)
    list(APPEND frameworks ${framework})
  else()
    message(STATUS "gradcheck is not tried in ${framework}, which is not installed (see cmake/setup)")
  endif()
endforeach()
list(JOIN frameworks "\\;" frameworks_argument)

set(prefix "${CMAKE_CURRENT_BINARY_DIR}/prefix")
add_test(NAME install COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}" --prefix "${prefix}")
set_tests_properties(install PROPERTIES FIXTURES_SETUP installed)
add_consumer_test(installed "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}"
                  "-DXGRAD_FRAMEWORKS=${frameworks_argument}")
set_tests_properties(consumer_installed PROPERTIES FIXTURES_REQUIRED installed FIXTURES_SETUP consumer)

# The test that passes, and the one that fails: its output must tell why, in the framework's own report.
function(add_framework_test name right wrong report)
  set(program "${CMAKE_CURRENT_BINARY_DIR}/consumer_installed/in_${name}")
  add_test(NAME gradcheck_in_${name} COMMAND "${program}" ${right})
  add_test(NAME gradcheck_fails_in_${name} COMMAND "${program}" ${wrong})
  set_tests_properties(gradcheck_fails_in_${name} PROPERTIES PASS_REGULAR_EXPRESSION "${report}")
  set_tests_properties(gradcheck_in_${name} gradcheck_fails_in_${name} PROPERTIES FIXTURES_REQUIRED consumer)
endfunction()

set(message "wrong derivative at input 0.0. .*to blame: the vjp of 'bad_square'.*verdict.*repeat: gradcheck.f, ")
if(GTest_FOUND)
  add_framework_test(gtest --gtest_filter=*.Right --gtest_filter=*.Wrong "${message}.*FAILED  .*Derivatives.Wrong")
endif()
if(Catch2_FOUND)
  add_framework_test(catch2 right wrong "REQUIRE.*with expansion.*${message}.*1 failed")
endif()

add_consumer_test(subdirectory "-DXGRAD_SOURCE=${PROJECT_SOURCE_DIR}" -DBUILD_SHARED_LIBS=ON
                  -DCMAKE_BUILD_TYPE=Debug)
