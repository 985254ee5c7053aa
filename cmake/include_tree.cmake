# The build tree shows the headers under the names that an installed copy has, <xgrad/core/tensor.hpp> and so
# on, by links to the sources, so that what is tested is what a user gets.

set(xgrad_floors core ops nn optim)
set(include_tree "${PROJECT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${include_tree}/xgrad")
foreach(floor IN LISTS xgrad_floors)
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${floor}" "${include_tree}/xgrad/${floor}" SYMBOLIC)
endforeach()
file(GLOB front_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/include/*.hpp")
foreach(header IN LISTS front_headers)
  cmake_path(GET header FILENAME name)
  file(CREATE_LINK "${header}" "${include_tree}/xgrad/${name}" SYMBOLIC)
endforeach()

target_include_directories(xgrad PUBLIC $<BUILD_INTERFACE:${include_tree}> $<INSTALL_INTERFACE:include>)
