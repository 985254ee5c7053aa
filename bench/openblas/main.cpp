#include <cblas.h>

#include "../sgemm.hpp"

namespace {

void sgemm(const bench::Product& p, const float* a, const float* b, float* c) {
  const auto turned = [](char form) { return form == 'T' ? CblasTrans : CblasNoTrans; };
  const auto size = [](std::int64_t n) { return static_cast<blasint>(n); };
  cblas_sgemm(CblasRowMajor, turned(p.form[0]), turned(p.form[1]), size(p.m), size(p.n), size(p.k), 1, a,
              size(p.a_shape()[1]), b, size(p.b_shape()[1]), 0, c, size(p.n));
}

}  // namespace

int main(int argc, char** argv) {
  bench::add_products(sgemm);
  return bench::run(argc, argv, {openblas_set_num_threads});
}
