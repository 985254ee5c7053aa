#include "op_table.hpp"

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/softmax.hpp>

namespace xg::test {
namespace {

// log(softmax) of element i of x along axis 1 of [a, b, c], or along the last of [a, b] with inner 1.
double log_share(const Tensor& x, std::int64_t i, std::int64_t n, std::int64_t inner) {
  const std::int64_t first = i / (n * inner) * (n * inner) + i % inner;
  double sum = 0;
  for (std::int64_t k = 0; k < n; ++k) sum += std::exp(element(x, first + k * inner));
  return element(x, i) - std::log(sum);
}

Tensor row_losses(const Inputs& in, const std::vector<double>& weight, double smoothing,
                  std::int64_t ignored) {
  const std::int64_t n = in[0].size(0), c = in[0].size(1);
  return generate({n}, [&](std::int64_t r) {
    const auto target = static_cast<std::int64_t>(element(in[1], r));
    if (target == ignored) return 0.0;
    double loss = 0;
    for (std::int64_t k = 0; k < c; ++k) {
      const double q = (k == target ? 1 - smoothing : 0) + smoothing / static_cast<double>(c);
      loss -= q * weight[static_cast<std::size_t>(k)] * log_share(in[0], r * c + k, c, 1);
    }
    return loss;
  });
}

const Tensor targets = tensor({3, 0, 2, 2, 1}, {.dtype = int64});
const Inputs far = {tensor({{1e4, -1e4, 0}, {-1e4, 1e4, 1e4}}, {.dtype = float64})};

std::vector<OpRow> softmax_family() {
  return {
      {.name = "softmax",
       .run = [](const Inputs& in) { return softmax(in[0], -1); },
       .args = {{.shape = {3, 11}}},
       .also = {{{.shape = {0, 3}}}, {{.shape = {3, 0}}}, {{.shape = {4, 1}}}},
       .reference =
           [](const Inputs& in) {
             return generate(in[0].shape(),
                             [&](std::int64_t i) { return std::exp(log_share(in[0], i, in[0].size(1), 1)); });
           },
       .extremes = {far}},
      {.name = "softmax/inner axis",
       .run = [](const Inputs& in) { return softmax(in[0], 1); },
       .args = {{.shape = {2, 3, 4}}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 3, 4}, [&](std::int64_t i) { return std::exp(log_share(in[0], i, 3, 4)); });
           }},
      {.name = "log_softmax",
       .run = [](const Inputs& in) { return log_softmax(in[0], 1); },
       .args = {{.shape = {3, 11}}},
       .reference =
           [](const Inputs& in) {
             return generate({3, 11}, [&](std::int64_t i) { return log_share(in[0], i, 11, 1); });
           },
       .extremes = {far}},
      {.name = "softmin",
       .run = [](const Inputs& in) { return softmin(in[0], 1); },
       .args = {{.shape = {3, 5}}},
       .reference =
           [](const Inputs& in) {
             const Tensor turned = generate({3, 5}, [&](std::int64_t i) { return -element(in[0], i); });
             return generate({3, 5}, [&](std::int64_t i) { return std::exp(log_share(turned, i, 5, 1)); });
           },
       .extremes = {far}},
      {.name = "gumbel_softmax",
       .run =
           [](const Inputs& in) {
             Generator random(5);
             return gumbel_softmax(in[0], 0.5, false, 1, random);
           },
       .args = {{.shape = {3, 5}}},
       .reference =
           [](const Inputs& in) {
             Generator random(5);
             std::vector<double> u(15);
             random.fill_uniform(u);
             const Tensor noisy = generate({3, 5}, [&](std::int64_t i) {
               return (element(in[0], i) - std::log(-std::log(u[static_cast<std::size_t>(i)]))) / 0.5;
             });
             return generate({3, 5}, [&](std::int64_t i) { return std::exp(log_share(noisy, i, 5, 1)); });
           },
       .extremes = {far}},
      {.name = "cross_entropy_rows",
       .run = [](const Inputs& in) { return cross_entropy_rows(in[0], in[1]); },
       .args = {{.shape = {5, 4}}, {.fixed = targets}},
       .reference =
           [](const Inputs& in) {
             return row_losses(in, {1, 1, 1, 1}, 0, -100);
           },
       .extremes = {{far[0], tensor({1, 2}, {.dtype = int64})}}},
      {.name = "cross_entropy_rows/weighted, smoothed, ignoring",
       .run =
           [](const Inputs& in) {
             return cross_entropy_rows(in[0], in[1],
                                       {.weight = tensor({1, 0.5, 2, 3}, {.dtype = float64}),
                                        .label_smoothing = 0.25,
                                        .ignore_index = 0});
           },
       .args = {{.shape = {5, 4}}, {.fixed = targets}},
       .reference =
           [](const Inputs& in) {
             return row_losses(in, {1, 0.5, 2, 3}, 0.25, 0);
           }},
  };
}

const RowsOf rows(softmax_family);

}  // namespace
}  // namespace xg::test
