// oneDNN; its threads are OpenMP's.
#include <dnnl.h>
#include <omp.h>

#include "../sgemm.hpp"

namespace {

void sgemm(const bench::Product& p, const float* a, const float* b, float* c) {
  dnnl_sgemm(p.form[0], p.form[1], p.m, p.n, p.k, 1, a, p.a_shape()[1], b, p.b_shape()[1], 0, c, p.n);
}

}  // namespace

int main(int argc, char** argv) {
  bench::add_products(sgemm);
  return bench::run(argc, argv, {omp_set_num_threads});
}
