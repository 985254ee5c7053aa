#include "op_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/attention.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/embedding_bag.hpp>

namespace xg::test {
namespace {

constexpr TensorOptions as_double{.dtype = float64};
constexpr double never = -std::numeric_limits<double>::infinity();

// Weights of 2 batches of 3 queries and 4 keys of 5 features; added(b, i, j) goes with the scaled scores.
template <class Added> Tensor plain_weights(const Inputs& in, double scale, Added added) {
  return generate({2, 3, 4}, [&](std::int64_t at) {
    const std::int64_t b = at / 12, i = at / 4 % 3;
    double scores[4], total = 0;
    for (std::int64_t j = 0; j < 4; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < 5; ++k)
        sum += element(in[0], (b * 3 + i) * 5 + k) * element(in[1], (b * 4 + j) * 5 + k);
      total += scores[j] = std::exp(scale * sum + added(b, i, j));
    }
    return total > 0 ? scores[at % 4] / total : 0;
  });
}

Tensor weighted(const Tensor& weights, const Tensor& value) {
  return generate({2, 3, 2}, [&](std::int64_t at) {
    double sum = 0;
    for (std::int64_t j = 0; j < 4; ++j)
      sum += element(weights, at / 2 * 4 + j) * element(value, (at / 6 * 4 + j) * 2 + at % 2);
    return sum;
  });
}

const double by_size = 1 / std::sqrt(5.0);

constexpr auto nothing = [](std::int64_t, std::int64_t, std::int64_t) { return 0.0; };
constexpr auto causal = [](std::int64_t, std::int64_t i, std::int64_t j) { return j <= i ? 0 : never; };

// Which keys the masked rows below may look at; the last query at none.
bool sees(std::int64_t i, std::int64_t j) { return i < 2 && (i + j) % 3 != 0; }

Tensor bool_mask() {
  return generate({3, 4}, [](std::int64_t at) { return sees(at / 4, at % 4); }) != 0;
}

std::vector<OpRow> attentions() {
  const std::vector<Arg> both{{.shape = {2, 3, 5}}, {.shape = {2, 4, 5}}};
  std::vector<Arg> three = both, with_mask = both;
  three.push_back({.shape = {2, 4, 2}});
  with_mask.push_back({.shape = {3, 4}});
  return {
      {.name = "attention_weights",
       .run = [](const Inputs& in) { return attention_weights(in[0], in[1]); },
       .args = both,
       .reference = [](const Inputs& in) { return plain_weights(in, by_size, nothing); },
       .extremes = {{full({1, 2, 3}, 1e4, as_double), full({1, 2, 3}, -1e4, as_double)}}},
      {.name = "attention_weights/added mask and scale",
       .run =
           [](const Inputs& in) {
             return attention_weights(in[0], in[1], {.attn_mask = in[2], .scale = 0.3});
           },
       .args = with_mask,
       .reference =
           [](const Inputs& in) {
             return plain_weights(in, 0.3, [&](std::int64_t, std::int64_t i, std::int64_t j) {
               return element(in[2], i * 4 + j);
             });
           }},
      {.name = "scaled_dot_product_attention",
       .run = [](const Inputs& in) { return scaled_dot_product_attention(in[0], in[1], in[2]); },
       .args = three,
       .reference = [](const Inputs& in) { return weighted(plain_weights(in, by_size, nothing), in[2]); }},
      {.name = "scaled_dot_product_attention/causal",
       .run =
           [](const Inputs& in) {
             return scaled_dot_product_attention(in[0], in[1], in[2], {.is_causal = true});
           },
       .args = three,
       .reference = [](const Inputs& in) { return weighted(plain_weights(in, by_size, causal), in[2]); }},
      {.name = "scaled_dot_product_attention/bool mask, a query without keys",
       .run =
           [](const Inputs& in) {
             return scaled_dot_product_attention(in[0], in[1], in[2], {.attn_mask = bool_mask()});
           },
       .args = three,
       .reference =
           [](const Inputs& in) {
             return weighted(plain_weights(in, by_size,
                                           [](std::int64_t, std::int64_t i, std::int64_t j) {
                                             return sees(i, j) ? 0 : never;
                                           }),
                             in[2]);
           }},
  };
}

// The rows of the bags {4 0 4}, {}, {1 2} and {3 3 0 1}, and the places they have in the index.
constexpr std::int64_t listed[] = {4, 0, 4, 1, 2, 3, 3, 0, 1};
constexpr std::int64_t starts[] = {0, 3, 3, 5, 9};

Tensor index() { return from_values(std::span<const std::int64_t>(listed), {9}); }
Tensor offsets() { return from_values(std::span<const std::int64_t>(starts).first(4), {4}); }

// fold(so far, row's value, place) from `start` on, then finish(result, size), for each bag and column.
template <class Fold, class Finish>
Tensor bag_by_bag(const Tensor& weight, std::int64_t skipped, double start, Fold fold, Finish finish) {
  return generate({4, 3}, [&](std::int64_t at) {
    double result = start;
    std::int64_t size = 0;
    for (std::int64_t place = starts[at / 3]; place < starts[at / 3 + 1]; ++place) {
      if (listed[place] == skipped) continue;
      result = fold(result, element(weight, listed[place] * 3 + at % 3), place);
      ++size;
    }
    return size == 0 ? 0 : finish(result, static_cast<double>(size));
  });
}

constexpr auto add = [](double sum, double x, std::int64_t) { return sum + x; };
constexpr auto keep = [](double x, double) { return x; };

std::vector<OpRow> bags() {
  const std::vector<Arg> table{{.shape = {5, 3}, .distinct = true}};
  return {
      {.name = "embedding_bag/mean",
       .run = [](const Inputs& in) { return embedding_bag(in[0], index(), {.offsets = offsets()}); },
       .args = table,
       .reference =
           [](const Inputs& in) {
             return bag_by_bag(in[0], -1, 0, add, [](double sum, double size) { return sum / size; });
           }},
      {.name = "embedding_bag/sum, weighted, with a padding row",
       .run =
           [](const Inputs& in) {
             return embedding_bag(
                 in[0], index(),
                 {.offsets = offsets(), .mode = BagMode::sum, .per_sample_weights = in[1], .padding_idx = 3});
           },
       .args = {{.shape = {5, 3}}, {.shape = {9}}},
       .reference =
           [](const Inputs& in) {
             return bag_by_bag(
                 in[0], 3, 0,
                 [&](double sum, double x, std::int64_t place) { return sum + x * element(in[1], place); },
                 keep);
           }},
      {.name = "embedding_bag/max",
       .run =
           [](const Inputs& in) {
             return embedding_bag(in[0], index(), {.offsets = offsets(), .mode = BagMode::max});
           },
       .args = table,
       .reference =
           [](const Inputs& in) {
             return bag_by_bag(
                 in[0], -1, never, [](double top, double x, std::int64_t) { return std::max(top, x); }, keep);
           }},
  };
}

const RowsOf attention_rows(attentions);
const RowsOf bag_rows(bags);

}  // namespace
}  // namespace xg::test
