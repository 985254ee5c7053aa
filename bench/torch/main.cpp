#include <ATen/Parallel.h>
#include <dlfcn.h>

#include "workloads.hpp"

namespace {

// libtorch leaves its products to whatever BLAS is loaded, which has threads of its own.
void set_threads(int threads) {
  at::set_num_threads(threads);
  using Setter = void (*)(int);
  if (auto set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(threads);
}

}  // namespace

int main(int argc, char** argv) {
  bench::add_chains();
  bench::add_scalars();
  bench::add_elementwise();
  bench::add_rows();
  bench::add_models();
  bench::add_sequences();
  bench::add_growth();
  return bench::run(argc, argv, {set_threads});
}
