#include "op_table.hpp"

#include <cmath>
#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/distance.hpp>

namespace xg::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The p-norm of f(0), ..., f(n - 1).
template <class F> double length(std::int64_t n, double p, const F& f) {
  double sum = 0, largest = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    sum += std::pow(std::abs(f(k)), p);
    largest = std::fmax(largest, std::abs(f(k)));
  }
  return p == infinity ? largest : std::pow(sum, 1 / p);
}

// Rows of x [n, d].
double row_length(const Tensor& x, std::int64_t row, double p) {
  const std::int64_t d = x.size(1);
  return length(d, p, [&](std::int64_t k) { return element(x, row * d + k); });
}

OpRow normalize_row(std::string name, double p) {
  return {.name = std::move(name),
          .run = [p](const Inputs& in) { return normalize(in[0], p); },
          .args = {p == infinity ? Arg{.shape = {3, 5}, .low = 0.25, .distinct = true}
                                 : Arg{.shape = {3, 5}, .kinks = {0}}},
          .reference =
              [p](const Inputs& in) {
                return generate(
                    {3, 5}, [&](std::int64_t i) { return element(in[0], i) / row_length(in[0], i / 5, p); });
              },
          .extremes = {{zeros({2, 3}, {.dtype = float64})}, {full({2, 3}, -1e4, {.dtype = float64})}}};
}

Tensor cosines(const Inputs& in) {
  return generate({3}, [&](std::int64_t r) {
    double dot = 0;
    for (std::int64_t k = 0; k < 4; ++k) dot += element(in[0], r * 4 + k) * element(in[1], r * 4 + k);
    return dot / (row_length(in[0], r, 2) * row_length(in[1], r, 2));
  });
}

OpRow pairwise_row(std::string name, double p) {
  return {.name = std::move(name),
          .run = [p](const Inputs& in) { return pairwise_distance(in[0], in[1], p); },
          .args = {{.shape = {3, 4}, .low = 0, .high = 2}, {.shape = {4}, .low = -3, .high = -1}},
          .reference =
              [p](const Inputs& in) {
                return generate({3}, [&](std::int64_t r) {
                  return length(4, p, [&](std::int64_t k) {
                    return element(in[0], r * 4 + k) - element(in[1], k) + 1e-6;
                  });
                });
              },
          .extremes = {{full({2, 3}, 1e4, {.dtype = float64}), full({2, 3}, -1e4, {.dtype = float64})}}};
}

OpRow pdist_row(std::string name, double p) {
  return {.name = std::move(name),
          .run = [p](const Inputs& in) { return pdist(in[0], p); },
          .args = {{.shape = {4, 3}, .distinct = true}},
          .also = {{{.shape = {1, 3}}}, {{.shape = {0, 3}}}},
          .reference =
              [p](const Inputs& in) {
                std::vector<double> all;
                for (std::int64_t i = 0; i < in[0].size(0); ++i)
                  for (std::int64_t j = i + 1; j < in[0].size(0); ++j)
                    all.push_back(length(3, p, [&](std::int64_t k) {
                      return element(in[0], i * 3 + k) - element(in[0], j * 3 + k);
                    }));
                return from_values(all, {static_cast<std::int64_t>(all.size())}, {.dtype = float64});
              },
          .extremes = {{zeros({3, 2}, {.dtype = float64})}, {full({3, 2}, 1e4, {.dtype = float64})}}};
}

std::vector<OpRow> distances() {
  const Tensor zero = zeros({2, 4}, {.dtype = float64}), far = full({2, 4}, 1e4, {.dtype = float64});
  return {
      normalize_row("normalize", 2),
      normalize_row("normalize/p 1", 1),
      normalize_row("normalize/p 3", 3),
      normalize_row("normalize/largest", infinity),
      {.name = "normalize/short",
       .run = [](const Inputs& in) { return normalize(in[0], 2, 0, 1e3); },
       .args = {{.shape = {3, 2}}},
       .reference =
           [](const Inputs& in) {
             return generate({3, 2}, [&](std::int64_t i) { return element(in[0], i) / 1e3; });
           }},
      {.name = "cosine_similarity",
       .run = [](const Inputs& in) { return cosine_similarity(in[0], in[1]); },
       .args = {{.shape = {3, 4}}, {.shape = {3, 4}}},
       .reference = cosines,
       .extremes = {{zero, far}, {far, far}}},
      pairwise_row("pairwise_distance", 2),
      pairwise_row("pairwise_distance/p 3", 3),
      pdist_row("pdist", 2),
      pdist_row("pdist/p 1.5", 1.5),
  };
}

const RowsOf rows(distances);

}  // namespace
}  // namespace xg::test
