#include "op_table.hpp"

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/norm.hpp>

namespace xg::test {
namespace {

constexpr double eps = 1e-5;

// The elements that are normalised together with element i, by the group that each belongs to.
template <class Group> double unit(const Tensor& x, std::int64_t i, bool centred, Group group) {
  double n = 0, sum = 0, squares = 0;
  const auto members = [&](auto f) {
    for (std::int64_t k = 0; k < x.numel(); ++k)
      if (group(k) == group(i)) f(element(x, k));
  };
  members([&](double v) { n += 1, sum += v; });
  const double mean = centred ? sum / n : 0;
  members([&](double v) { squares += (v - mean) * (v - mean); });
  return (element(x, i) - mean) / std::sqrt(squares / n + eps);
}

// x [a, c, s...] normalised in groups, with a weight and a bias for each channel if they are there.
template <class Group> Tensor by_channel(const Inputs& in, std::int64_t inner, Group group) {
  const std::int64_t channels = in[0].size(1);
  return generate(in[0].shape(), [&](std::int64_t i) {
    const std::int64_t c = i / inner % channels;
    return unit(in[0], i, true, group) * element(in[1], c) + element(in[2], c);
  });
}

// x [n, c, s...] over (k + alpha * mean of the squares of `before` + 1 + `behind` channels)^beta.
Tensor with_neighbours(const Tensor& x, std::int64_t before, std::int64_t behind, double alpha, double beta,
                       double k) {
  const std::int64_t channels = x.size(1),
                     inner = x.dim() == 2 ? 1 : x.size(2) * (x.dim() == 4 ? x.size(3) : 1);
  return generate(x.shape(), [&](std::int64_t i) {
    const std::int64_t c = i / inner % channels;
    double squares = 0;
    for (std::int64_t d = -before; d <= behind; ++d)
      if (c + d >= 0 && c + d < channels) squares += std::pow(element(x, i + d * inner), 2);
    return element(x, i) * std::pow(k + alpha * squares / static_cast<double>(before + 1 + behind), -beta);
  });
}

std::vector<OpRow> norms() {
  const Tensor wide = tensor({{1e4, -1e4, 3, 5}, {7, 7, 7, 7}}, {.dtype = float64});
  const Tensor w = ones({4}, {.dtype = float64}), b = zeros({4}, {.dtype = float64});
  return {
      {.name = "layer_norm",
       .run = [](const Inputs& in) { return layer_norm(in[0], in[1].shape(), in[1], in[2]); },
       .args = {{.shape = {2, 3, 11}}, {.shape = {11}}, {.shape = {11}}},
       .also = {{{.shape = {0, 11}}, {.shape = {11}}, {.shape = {11}}}},
       .reference =
           [](const Inputs& in) {
             return generate(in[0].shape(), [&](std::int64_t i) {
               return unit(in[0], i, true, [](std::int64_t k) { return k / 11; }) * element(in[1], i % 11) +
                      element(in[2], i % 11);
             });
           },
       .extremes = {{wide, w, b}}},
      {.name = "layer_norm/two axes, plain",
       .run =
           [](const Inputs& in) {
             return layer_norm(in[0], {3, 4});
           },
       .args = {{.shape = {2, 3, 4}}},
       .reference =
           [](const Inputs& in) {
             return generate({2, 3, 4}, [&](std::int64_t i) {
               return unit(in[0], i, true, [](std::int64_t k) { return k / 12; });
             });
           }},
      {.name = "rms_norm",
       .run = [](const Inputs& in) { return rms_norm(in[0], {5}, in[1]); },
       .args = {{.shape = {3, 5}}, {.shape = {5}}},
       .reference =
           [](const Inputs& in) {
             return generate({3, 5}, [&](std::int64_t i) {
               return unit(in[0], i, false, [](std::int64_t k) { return k / 5; }) * element(in[1], i % 5);
             });
           },
       .extremes = {{zeros({2, 5}, {.dtype = float64}), ones({5}, {.dtype = float64})}}},
      {.name = "batch_norm",
       .run = [](const Inputs& in) { return batch_norm(in[0], {}, {}, in[1], in[2], true); },
       .args = {{.shape = {4, 3, 2}}, {.shape = {3}}, {.shape = {3}}},
       .reference =
           [](const Inputs& in) { return by_channel(in, 2, [](std::int64_t k) { return k / 2 % 3; }); },
       .extremes = {{wide, w, b}}},
      {.name = "batch_norm/long runs",
       .run = [](const Inputs& in) { return batch_norm(in[0], {}, {}, in[1], in[2], true); },
       .args = {{.shape = {2, 2, 3, 7}}, {.shape = {2}}, {.shape = {2}}},
       .reference =
           [](const Inputs& in) { return by_channel(in, 21, [](std::int64_t k) { return k / 21 % 2; }); }},
      {.name = "batch_norm/running statistics",
       .run =
           [](const Inputs& in) {
             return batch_norm(in[0], tensor({1, -1, 0.5}, {.dtype = float64}),
                               tensor({4, 1, 0.25}, {.dtype = float64}), in[1], in[2]);
           },
       .args = {{.shape = {4, 3}}, {.shape = {3}}, {.shape = {3}}},
       .reference =
           [](const Inputs& in) {
             const double mean[] = {1, -1, 0.5}, var[] = {4, 1, 0.25};
             return generate({4, 3}, [&](std::int64_t i) {
               const std::int64_t c = i % 3;
               return (element(in[0], i) - mean[c]) / std::sqrt(var[c] + eps) * element(in[1], c) +
                      element(in[2], c);
             });
           }},
      {.name = "group_norm",
       .run = [](const Inputs& in) { return group_norm(in[0], 2, in[1], in[2]); },
       .args = {{.shape = {2, 4, 3}}, {.shape = {4}}, {.shape = {4}}},
       .reference = [](const Inputs& in) { return by_channel(in, 3, [](std::int64_t k) { return k / 6; }); }},
      {.name = "instance_norm",
       .run = [](const Inputs& in) { return instance_norm(in[0], {}, {}, in[1], in[2]); },
       .args = {{.shape = {2, 2, 5}}, {.shape = {2}}, {.shape = {2}}},
       .reference = [](const Inputs& in) { return by_channel(in, 5, [](std::int64_t k) { return k / 5; }); }},
      {.name = "instance_norm/running statistics",
       .run =
           [](const Inputs& in) {
             return instance_norm(in[0], tensor({1, -1}, {.dtype = float64}),
                                  tensor({4, 0.25}, {.dtype = float64}), in[1], in[2], false);
           },
       .args = {{.shape = {2, 2, 3}}, {.shape = {2}}, {.shape = {2}}},
       .reference =
           [](const Inputs& in) {
             const double mean[] = {1, -1}, var[] = {4, 0.25};
             return generate({2, 2, 3}, [&](std::int64_t i) {
               const std::int64_t c = i / 3 % 2;
               return (element(in[0], i) - mean[c]) / std::sqrt(var[c] + eps) * element(in[1], c) +
                      element(in[2], c);
             });
           }},
      {.name = "local_response_norm",
       .run = [](const Inputs& in) { return local_response_norm(in[0], 3, 0.5, 0.75, 2); },
       .args = {{.shape = {2, 4, 3}}},
       .also = {{{.shape = {1, 2, 2, 2}}}, {{.shape = {0, 4, 3}}}, {{.shape = {2, 5}}}},
       .reference = [](const Inputs& in) { return with_neighbours(in[0], 1, 1, 0.5, 0.75, 2); },
       .extremes = {{full({1, 3, 2}, 1e4, {.dtype = float64})}}},
      {.name = "local_response_norm/even",
       .run = [](const Inputs& in) { return local_response_norm(in[0], 4); },
       .args = {{.shape = {2, 6, 2}}},
       .reference = [](const Inputs& in) { return with_neighbours(in[0], 2, 1, 1e-4, 0.75, 1); }},
      {.name = "weight_norm",
       .run = [](const Inputs& in) { return weight_norm(in[0], in[1], 1); },
       .args = {{.shape = {3, 2, 4}}, {.shape = {1, 2, 1}}},
       .also = {{{.shape = {0, 2, 4}}, {.shape = {1, 2, 1}}}},
       .reference =
           [](const Inputs& in) {
             return generate(in[0].shape(), [&](std::int64_t i) {
               const std::int64_t row = i / 4 % 2;
               double squares = 0;
               for (std::int64_t k = 0; k < in[0].numel(); ++k)
                 if (k / 4 % 2 == row) squares += element(in[0], k) * element(in[0], k);
               return element(in[1], row) * element(in[0], i) / std::sqrt(squares);
             });
           },
       .extremes = {{full({2, 2}, 1e4, {.dtype = float64}), full({1, 2}, 1e4, {.dtype = float64})}}},
      {.name = "weight_norm/of numbers",
       .run = [](const Inputs& in) { return weight_norm(in[0], in[1]); },
       .args = {{.shape = {5}, .kinks = {0}}, {.shape = {5}}},
       .reference =
           [](const Inputs& in) {
             return generate(
                 {5}, [&](std::int64_t i) { return element(in[1], i) * (element(in[0], i) < 0 ? -1 : 1); });
           },
       .smooth = false},
  };
}

const RowsOf rows(norms);

}  // namespace
}  // namespace xg::test
