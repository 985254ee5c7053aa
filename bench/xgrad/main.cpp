#include <xgrad/core/parallel.hpp>

#include "workloads.hpp"

int main(int argc, char** argv) {
  bench::add_chain();
  bench::add_elementwise();
  bench::add_rows();
  bench::add_models();
  return bench::run(argc, argv, xg::set_num_threads);
}
