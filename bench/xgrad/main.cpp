#include <xgrad/core/memory.hpp>
#include <xgrad/core/parallel.hpp>

#include "workloads.hpp"

int main(int argc, char** argv) {
  bench::add_chains();
  bench::add_scalars();
  bench::add_elementwise();
  bench::add_rows();
  bench::add_models();
  bench::add_sequences();
  bench::add_growth();
  return bench::run(argc, argv, {xg::set_num_threads, [] { return xg::memory_stats().system_allocations; }});
}
