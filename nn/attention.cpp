#include "attention.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/attention.hpp"
#include "../ops/comparison.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"

namespace xg::nn {
namespace {

constexpr double never = -std::numeric_limits<double>::infinity();

bool is_packed(std::int64_t embed_dim, const MultiheadAttentionOptions& options) {
  return options.kdim.value_or(embed_dim) == embed_dim && options.vdim.value_or(embed_dim) == embed_dim;
}

Tensor xavier(const Shape& shape, Dtype dtype) {
  Tensor weight = empty(shape, dtype);
  return init::xavier_uniform_(weight).requires_grad(true);
}

// One call: sizes, and how inputs become heads [n, heads, steps, features of a head] and back.
class Attend {
 public:
  Attend(const MultiheadAttention& layer, const Tensor& query, const Tensor& key, const Tensor& value,
         const AttendOptions& call)
      : layer_(layer), call_(call), batched_(query.dim() == 3) {
    const std::int64_t k = layer.options.kdim.value_or(layer.embed_dim);
    const std::int64_t v = layer.options.vdim.value_or(layer.embed_dim);
    const bool fits = (batched_ || query.dim() == 2) && key.dim() == query.dim() &&
                      value.dim() == query.dim() && query.size(-1) == layer.embed_dim && key.size(-1) == k &&
                      value.size(-1) == v && key.size(0) == value.size(0) && key.size(-2) == value.size(-2) &&
                      (!batched_ || key.size(batch_axis()) == query.size(batch_axis()));
    if (!fits)
      throw ShapeError(fmt::format(
          "[MultiheadAttention] query {}, key {}, value {}: expected {} with {}, {} and {} features",
          to_string(query.shape()), to_string(key.shape()), to_string(value.shape()),
          layer.options.batch_first ? "[n, steps, ...] or [steps, ...]" : "[steps, n, ...] or [steps, ...]",
          layer.embed_dim, k, v));
    n_ = batched_ ? query.size(batch_axis()) : 1;
  }

  AttendResult operator()(const Tensor& query, const Tensor& key, const Tensor& value) const {
    auto [q, k, v] = projected(query, key, value);
    q = split_heads(q), k = split_heads(k), v = split_heads(v);
    const std::int64_t past = call_.cache ? extend(k, v) : 0, keys = k.size(2);
    append(k, v);
    const AttentionOptions options{
        .attn_mask = with_appended(mask(q.size(2), keys, past, q.dtype()), k.size(2) - keys),
        .dropout_p = layer_.training ? layer_.options.dropout : 0};
    if (!call_.need_weights) return {merged(scaled_dot_product_attention(q, k, v, options)), {}};
    Tensor weights = attention_weights(q, k, options);
    const Tensor output = merged(matmul(weights, v));
    if (call_.average_attn_weights) weights = mean(weights, {1});
    return {output, batched_ ? weights : squeeze(weights, 0)};
  }

 private:
  std::int64_t batch_axis() const { return layer_.options.batch_first ? 0 : 1; }

  Tensor split_heads(const Tensor& x) const {
    const Tensor parts = unflatten(batched_ ? x : unsqueeze(x, batch_axis()), -1, {layer_.num_heads, -1});
    return layer_.options.batch_first ? permute(parts, {0, 2, 1, 3}) : permute(parts, {1, 2, 0, 3});
  }

  Tensor merged(const Tensor& heads) const {
    const Tensor parts =
        layer_.options.batch_first ? permute(heads, {0, 2, 1, 3}) : permute(heads, {2, 0, 1, 3});
    const Tensor y = layer_.out_proj(flatten(parts, 2));
    return batched_ ? y : squeeze(y, batch_axis());
  }

  // One product where all three are the same.
  std::array<Tensor, 3> projected(const Tensor& query, const Tensor& key, const Tensor& value) const {
    const Tensor& packed = layer_.in_proj_weight;
    const Tensor& bias = layer_.in_proj_bias;
    if (packed.defined() && query.is_same(key) && key.is_same(value)) {
      const std::vector<Tensor> parts = chunk(linear(query, packed, bias), 3, -1);
      return {parts[0], parts[1], parts[2]};
    }
    const std::vector<Tensor> weights =
        packed.defined() ? chunk(packed, 3)
                         : std::vector{layer_.q_proj_weight, layer_.k_proj_weight, layer_.v_proj_weight};
    const std::vector<Tensor> biases = bias.defined() ? chunk(bias, 3) : std::vector<Tensor>(3);
    return {linear(query, weights[0], biases[0]), linear(key, weights[1], biases[1]),
            linear(value, weights[2], biases[2])};
  }

  // Puts the cache's keys and values before these; returns how many there were.
  std::int64_t extend(Tensor& k, Tensor& v) const {
    KeyValueCache& cache = *call_.cache;
    const std::int64_t past = cache.length();
    if (past > 0) {
      k = cat({cache.key, k}, 2);
      v = cat({cache.value, v}, 2);
    }
    cache = {k, v};
    return past;
  }

  // The learned key and value, and those of zeros.
  void append(Tensor& k, Tensor& v) const {
    const auto one_step = [&](const Tensor& bias) {
      return expand(reshape(bias, {1, layer_.num_heads, 1, -1}), {n_, -1, -1, -1});
    };
    if (layer_.bias_k.defined()) {
      k = cat({k, one_step(layer_.bias_k)}, 2);
      v = cat({v, one_step(layer_.bias_v)}, 2);
    }
    if (layer_.options.add_zero_attn) {
      k = pad(k, {0, 0, 0, 1});
      v = pad(v, {0, 0, 0, 1});
    }
  }

  // All masks together as scaled_dot_product_attention() has them, true where a query may look, or floating;
  // undefined if there are none.
  Tensor mask(std::int64_t queries, std::int64_t keys, std::int64_t past, Dtype dtype) const {
    Tensor all;
    const auto join = [&](const Tensor& given) {
      Tensor next = given.dtype() == boolean ? !given : given;
      if (all.defined() && all.dtype() != next.dtype()) {
        all = added_to_scores(all, dtype);
        next = added_to_scores(next, dtype);
      }
      all = !all.defined() ? next : all.dtype() == boolean ? all & next : all + next;
    };
    if (const Tensor& given = call_.attn_mask; given.defined()) {
      check_mask("attn_mask", given, {queries, keys}, {n_ * layer_.num_heads, queries, keys});
      join(given.dim() == 2 ? given : unflatten(given, 0, {n_, layer_.num_heads}));
    }
    if (const Tensor& given = call_.key_padding_mask; given.defined()) {
      check_mask("key_padding_mask", given, batched_ ? Shape{n_, keys} : Shape{keys}, {n_, keys});
      join(reshape(given, {n_, 1, 1, keys}));
    }
    if (call_.is_causal) join(arange(keys) > unsqueeze(arange(queries) + past, -1));
    return all;
  }

  static void check_mask(const char* name, const Tensor& mask, const Shape& one, const Shape& other) {
    if (mask.shape() != one && mask.shape() != other)
      throw ShapeError(fmt::format(
          "[MultiheadAttention] {} {}: expected {}", name, to_string(mask.shape()),
          one == other ? to_string(one) : fmt::format("{} or {}", to_string(one), to_string(other))));
  }

  // What is appended to the keys is always seen.
  static Tensor with_appended(const Tensor& mask, std::int64_t appended) {
    if (!mask.defined() || appended == 0) return mask;
    Shape shape = mask.shape();
    shape[shape.size() - 1] = appended;
    const TensorOptions options{.dtype = mask.dtype()};
    return cat({mask, mask.dtype() == boolean ? ones(shape, options) : zeros(shape, options)}, -1);
  }

  static Tensor added_to_scores(const Tensor& mask, Dtype dtype) {
    return mask.dtype() == boolean ? where(mask, zeros({}, {.dtype = dtype}), never) : mask;
  }

  const MultiheadAttention& layer_;
  const AttendOptions& call_;
  bool batched_;
  std::int64_t n_ = 1;
};

}  // namespace

namespace detail {

Tensor packed_projection(std::int64_t embed_dim, const MultiheadAttentionOptions& options) {
  return is_packed(embed_dim, options) ? xavier({3 * embed_dim, embed_dim}, options.dtype) : Tensor();
}

Tensor own_projection(std::int64_t embed_dim, std::optional<std::int64_t> from,
                      const MultiheadAttentionOptions& options) {
  if (is_packed(embed_dim, options)) return {};
  return xavier({embed_dim, from.value_or(embed_dim)}, options.dtype);
}

Tensor key_value_bias(std::int64_t embed_dim, const MultiheadAttentionOptions& options) {
  if (!options.add_bias_kv) return {};
  Tensor bias = empty({1, 1, embed_dim}, options.dtype);
  return init::xavier_normal_(bias).requires_grad(true);
}

Linear output_projection(std::int64_t embed_dim, std::int64_t num_heads,
                         const MultiheadAttentionOptions& options) {
  if (num_heads < 1 || embed_dim % num_heads != 0)
    throw ValueError(
        fmt::format("[MultiheadAttention] embed_dim {} does not divide into {} heads", embed_dim, num_heads));
  Linear layer{embed_dim, embed_dim, {.bias = options.bias, .dtype = options.dtype}};
  if (options.bias) init::zeros_(layer.bias);
  return layer;
}

}  // namespace detail

AttendResult MultiheadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                            const AttendOptions& call) const {
  return Attend(*this, query, key, value, call)(query, key, value);
}

Tensor generate_square_subsequent_mask(std::int64_t size, Dtype dtype) {
  return where(arange(size) > unsqueeze(arange(size), -1), never, zeros({}, {.dtype = dtype}));
}

Tensor padding_mask(const Tensor& lengths, std::optional<std::int64_t> size) {
  if (lengths.dtype() != int64 || lengths.dim() != 1)
    throw ShapeError(fmt::format("[padding_mask] lengths {}: expected [n] whole numbers", describe(lengths)));
  const std::int64_t longest = size ? *size : lengths.numel() == 0 ? 0 : amax(lengths).item<std::int64_t>();
  return arange(longest) >= unsqueeze(lengths, -1);
}

}  // namespace xg::nn
