#include "op_table.hpp"

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/matmul.hpp>

namespace xg::test {
namespace {

// sum over p of a[i, p] b[p, j]; element numbers of a and b from those of the result.
template <class A, class B> Tensor sum_of_products(const Shape& shape, std::int64_t k, A a, B b) {
  return generate(shape, [&](std::int64_t i) {
    double sum = 0;
    for (std::int64_t p = 0; p < k; ++p) sum += a(i, p) * b(i, p);
    return sum;
  });
}

// [m, k] times [k, n], `batch` of them; one b serves all batches if it has only one matrix.
Tensor product(const Tensor& a, const Tensor& b, const Shape& shape, std::int64_t n, std::int64_t k) {
  const std::int64_t m = shape[shape.size() - 2];
  const bool shared = b.numel() == k * n;
  return sum_of_products(
      shape, k, [&](std::int64_t i, std::int64_t p) { return element(a, i / n * k + p); },
      [&](std::int64_t i, std::int64_t p) {
        return element(b, ((shared ? 0 : i / (m * n)) * k + p) * n + i % n);
      });
}

Tensor plain_product(const Inputs& in) {
  const Tensor &a = in[0], &b = in[1];
  Shape shape = a.shape();
  shape[shape.size() - 1] = b.size(-1);
  return product(a, b, shape, b.size(-1), a.size(-1));
}

Tensor matrix_times_vector(const Inputs& in) {
  const std::int64_t k = in[1].numel();
  return sum_of_products(
      {in[0].size(0)}, k, [&](std::int64_t i, std::int64_t p) { return element(in[0], i * k + p); },
      [&](std::int64_t, std::int64_t p) { return element(in[1], p); });
}

Tensor outer_reference(const Inputs& in) {
  const std::int64_t n = in[1].numel();
  return generate({in[0].numel(), n},
                  [&](std::int64_t i) { return element(in[0], i / n) * element(in[1], i % n); });
}

// 0.5 * input - 2 * product, where the input may be broadcast along leading axes.
Tensor half_minus_twice(const Tensor& input, const Tensor& product) {
  return generate(product.shape(), [&](std::int64_t i) {
    return 0.5 * element(input, i % input.numel()) - 2 * element(product, i);
  });
}

Tensor dot_reference(const Inputs& in) {
  return sum_of_products(
      {}, in[0].numel(), [&](std::int64_t, std::int64_t p) { return element(in[0], p); },
      [&](std::int64_t, std::int64_t p) { return element(in[1], p); });
}

Tensor linear_reference(const Inputs& in) {
  const std::int64_t k = in[1].size(1), n = in[1].size(0);
  Shape shape = in[0].shape();
  shape[shape.size() - 1] = n;
  const Tensor y = sum_of_products(
      shape, k, [&](std::int64_t i, std::int64_t p) { return element(in[0], i / n * k + p); },
      [&](std::int64_t i, std::int64_t p) { return element(in[1], i % n * k + p); });
  return generate(
      shape, [&](std::int64_t i) { return element(y, i) + (in.size() > 2 ? element(in[2], i % n) : 0); });
}

std::vector<OpRow> products() {
  const auto matmul_two = [](const Inputs& in) { return matmul(in[0], in[1]); };
  return {
      {.name = "matmul",
       .run = matmul_two,
       .args = {{.shape = {3, 5}}, {.shape = {5, 4}}},
       .also = {{{.shape = {13, 20}}, {.shape = {20, 33}}},
                {{.shape = {2, 0}}, {.shape = {0, 3}}},
                {{.shape = {0, 3}}, {.shape = {3, 2}}},
                {{.shape = {2, 3, 4}}, {.shape = {2, 4, 5}}},
                {{.shape = {2, 3, 4}}, {.shape = {4, 5}}}},
       .reference = plain_product},
      {.name = "matmul/vectors",
       .run = matmul_two,
       .args = {{.shape = {4, 6}}, {.shape = {6}}},
       .also = {{{.shape = {40, 30}}, {.shape = {30}}}},
       .reference = matrix_times_vector},
      {.name = "mm",
       .run = [](const Inputs& in) { return mm(in[0], in[1]); },
       .args = {{.shape = {3, 5}}, {.shape = {5, 4}}},
       .reference = plain_product},
      {.name = "bmm",
       .run = [](const Inputs& in) { return bmm(in[0], in[1]); },
       .args = {{.shape = {2, 3, 5}}, {.shape = {2, 5, 4}}},
       .also = {{{.shape = {0, 3, 5}}, {.shape = {0, 5, 4}}}},
       .reference = plain_product},
      {.name = "mv",
       .run = [](const Inputs& in) { return mv(in[0], in[1]); },
       .args = {{.shape = {3, 5}}, {.shape = {5}}},
       .reference = matrix_times_vector},
      {.name = "dot",
       .run = [](const Inputs& in) { return dot(in[0], in[1]); },
       .args = {{.shape = {5}}, {.shape = {5}}},
       .also = {{{.shape = {100}}, {.shape = {100}}}, {{.shape = {0}}, {.shape = {0}}}},
       .reference = dot_reference},
      {.name = "vdot",
       .run = [](const Inputs& in) { return vdot(in[0], in[1]); },
       .args = {{.shape = {5}}, {.shape = {5}}},
       .reference = dot_reference},
      {.name = "outer",
       .run = [](const Inputs& in) { return outer(in[0], in[1]); },
       .args = {{.shape = {3}}, {.shape = {4}}},
       .also = {{{.shape = {0}}, {.shape = {4}}}},
       .reference = outer_reference},
  };
}

std::vector<OpRow> sums_with_products() {
  return {
      {.name = "addmm",
       .run = [](const Inputs& in) { return addmm(in[0], in[1], in[2], {.beta = 0.5, .alpha = -2}); },
       .args = {{.shape = {3, 4}}, {.shape = {3, 5}}, {.shape = {5, 4}}},
       .reference =
           [](const Inputs& in) {
             return half_minus_twice(in[0], plain_product({in[1], in[2]}));
           }},
      {.name = "addmv",
       .run = [](const Inputs& in) { return addmv(in[0], in[1], in[2], {.beta = 0.5, .alpha = -2}); },
       .args = {{.shape = {3}}, {.shape = {3, 5}}, {.shape = {5}}},
       .also = {{{.shape = {}}, {.shape = {3, 0}}, {.shape = {0}}}},
       .reference =
           [](const Inputs& in) {
             return half_minus_twice(in[0], matrix_times_vector({in[1], in[2]}));
           }},
      {.name = "addr",
       .run = [](const Inputs& in) { return addr(in[0], in[1], in[2], {.beta = 0.5, .alpha = -2}); },
       .args = {{.shape = {3, 4}}, {.shape = {3}}, {.shape = {4}}},
       .reference =
           [](const Inputs& in) {
             return half_minus_twice(in[0], outer_reference({in[1], in[2]}));
           }},
      {.name = "baddbmm",
       .run = [](const Inputs& in) { return baddbmm(in[0], in[1], in[2], {.beta = 0.5, .alpha = -2}); },
       .args = {{.shape = {2, 3, 4}}, {.shape = {2, 3, 5}}, {.shape = {2, 5, 4}}},
       .also = {{{.shape = {4}}, {.shape = {2, 3, 5}}, {.shape = {2, 5, 4}}}},
       .reference =
           [](const Inputs& in) {
             return half_minus_twice(in[0], plain_product({in[1], in[2]}));
           }},
      {.name = "addbmm",
       .run = [](const Inputs& in) { return addbmm(in[0], in[1], in[2], {.beta = 0.5, .alpha = -2}); },
       .args = {{.shape = {3, 4}}, {.shape = {2, 3, 5}}, {.shape = {2, 5, 4}}},
       .also = {{{.shape = {3, 4}}, {.shape = {0, 3, 5}}, {.shape = {0, 5, 4}}}},
       .reference =
           [](const Inputs& in) {
             const Tensor all = plain_product({in[1], in[2]});
             const std::int64_t each = all.size(1) * all.size(2);
             return half_minus_twice(in[0], generate({all.size(1), all.size(2)}, [&](std::int64_t i) {
                                       double sum = 0;
                                       for (std::int64_t k = 0; k < all.size(0); ++k)
                                         sum += element(all, k * each + i);
                                       return sum;
                                     }));
           }},
      {.name = "linear",
       .run = [](const Inputs& in) { return linear(in[0], in[1], in[2]); },
       .args = {{.shape = {2, 3, 5}}, {.shape = {4, 5}}, {.shape = {4}}},
       .also = {{{.shape = {5}}, {.shape = {4, 5}}, {.shape = {4}}},
                {{.shape = {0, 5}}, {.shape = {4, 5}}, {.shape = {4}}},
                {{.shape = {9, 40}}, {.shape = {19, 40}}, {.shape = {19}}}},
       .reference = linear_reference},
      {.name = "linear/no bias",
       .run = [](const Inputs& in) { return linear(in[0], in[1]); },
       .args = {{.shape = {3, 5}}, {.shape = {4, 5}}},
       .reference = linear_reference},
  };
}

const RowsOf product_rows(products);
const RowsOf sum_rows(sums_with_products);

}  // namespace
}  // namespace xg::test
