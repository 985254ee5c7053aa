# Compiles and runs every ```cpp block of README.md.
#
# A block with a main() is a program of its own. Any other block is the body of a test case after
# <xgrad/xgrad.hpp> and `using namespace xg`, its leading #include lines lifted to the top of the file, so that a
# failed CHECK or assert and an exception fail the test; a block that holds test cases itself is taken as it
# stands. <!-- continues --> before a block makes one of it and the block before.

set(readme "${PROJECT_SOURCE_DIR}/README.md")
set(snippets_dir "${CMAKE_CURRENT_BINARY_DIR}/readme")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${readme}")
file(MAKE_DIRECTORY "${snippets_dir}")

function(add_snippet_test name source)
  add_executable(${name} "${source}")
  xgrad_own_code(${name})
  # A reader is shown values that nothing reads, and an assert that must count in Release too.
  target_compile_options(${name} PRIVATE -Wno-unused -UNDEBUG)
  # GCC 12 sees an overflow in fmt's own headers where there is none.
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>)
  target_link_libraries(${name} PRIVATE xgrad::xgrad doctest::doctest)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY "${snippets_dir}")
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()

# Keeps the time stamp of a snippet that is as before, so that it is not compiled again.
function(write_snippet path text)
  file(WRITE "${path}.new" "${text}")
  file(COPY_FILE "${path}.new" "${path}" ONLY_IF_DIFFERENT)
endfunction()

function(count_lines text result)
  string(REGEX REPLACE "[^\n]" "" newlines "${text}")
  string(LENGTH "${newlines}" count)
  set(${result} ${count} PARENT_SCOPE)
endfunction()

# Files the snippet gathered in `includes` and `body`, which started at `start`.
macro(finish_snippet)
  if(body MATCHES "int main\\(")
    write_snippet("${snippets_dir}/line_${start}.cpp" "${includes}${body}")
    add_snippet_test(readme_line_${start} "${snippets_dir}/line_${start}.cpp")
  elseif(body MATCHES "TEST_CASE\\(")
    string(APPEND case_includes "${includes}")
    string(APPEND cases "namespace line_${start} {\n${body}}\n")
  elseif(NOT body STREQUAL "")
    string(APPEND case_includes "${includes}")
    string(APPEND cases "TEST_CASE(\"README.md, line ${start}\") {\n${body}}\n")
  endif()
  set(includes "")
  set(body "")
endmacro()

file(READ "${readme}" rest)
set(line 1)
set(includes "")
set(body "")
set(case_includes "")
set(cases "")
string(FIND "${rest}" "```cpp\n" at)
while(NOT at EQUAL -1)
  string(SUBSTRING "${rest}" 0 ${at} prose)
  string(SUBSTRING "${rest}" ${at} -1 rest)
  string(FIND "${rest}" "\n```" end)
  if(end EQUAL -1)
    message(FATAL_ERROR "README.md: a ```cpp block has no end")
  endif()
  math(EXPR end "${end} + 1")
  string(SUBSTRING "${rest}" 0 ${end} block)
  string(SUBSTRING "${rest}" ${end} -1 rest)
  string(REGEX REPLACE "^```cpp\n" "" code "${block}")

  count_lines("${prose}" prose_lines)
  math(EXPR line "${line} + ${prose_lines} + 1")
  if(NOT prose MATCHES "<!-- continues -->[ \n]*$")
    finish_snippet()
    set(start ${line})
  endif()
  string(REGEX MATCH "^(#include[^\n]*\n+)+" head "${code}")
  string(LENGTH "${head}" head_length)
  string(SUBSTRING "${code}" ${head_length} -1 code)
  count_lines("${head}" head_lines)
  math(EXPR code_line "${line} + ${head_lines}")
  string(APPEND includes "${head}")
  string(APPEND body "#line ${code_line} \"README.md\"\n${code}")

  count_lines("${block}" block_lines)
  math(EXPR line "${line} + ${block_lines} - 1")
  string(FIND "${rest}" "```cpp\n" at)
endwhile()
finish_snippet()

if(NOT cases STREQUAL "")
  set(main "#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN\n#include <doctest/doctest.h>\n#include <xgrad/xgrad.hpp>\n")
  write_snippet("${snippets_dir}/snippets.cpp" "${main}${case_includes}\nusing namespace xg;\n${cases}")
  add_snippet_test(readme_snippets "${snippets_dir}/snippets.cpp")
endif()
