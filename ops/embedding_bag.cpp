#include "embedding_bag.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "index.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

using Numbers = std::vector<std::int64_t>;

Numbers numbers_of(const char* what, const Tensor& x) {
  if (x.dtype() != int64)
    throw DtypeError(fmt::format("[embedding_bag] {} is {}: expected int64", what, to_string(x.dtype())));
  const Tensor dense = contiguous(x);
  return {dense.data<std::int64_t>(), dense.data<std::int64_t>() + dense.numel()};
}

Tensor tensor_of(const Numbers& numbers) {
  return from_values(std::span<const std::int64_t>(numbers),
                     Shape{static_cast<std::int64_t>(numbers.size())});
}

// Where each bag starts in the flat index, and at the end where the last one ends.
Numbers starts_of(const Tensor& index, const EmbeddingBagOptions& options) {
  const std::int64_t total = index.numel();
  if (index.dim() == 2 && !options.offsets.defined()) {
    Numbers starts;
    for (std::int64_t bag = 0; bag <= index.size(0); ++bag) starts.push_back(bag * index.size(1));
    return starts;
  }
  if (index.dim() != 1 || !options.offsets.defined() || options.offsets.dim() != 1)
    throw ShapeError(fmt::format(
        "[embedding_bag] index {} and {} offsets: expected [bags, each] without offsets, or [total] "
        "with 1-d ones",
        to_string(index.shape()), options.offsets.defined() ? to_string(options.offsets.shape()) : "no"));
  Numbers starts = numbers_of("offsets", options.offsets);
  if (!options.include_last_offset) starts.push_back(total);
  if (starts.empty() || starts.front() != 0 || starts.back() != total || !std::ranges::is_sorted(starts))
    throw ValueError(fmt::format(
        "[embedding_bag] offsets [{}]: expected to start at 0, not to fall, and to {} the index's length {}",
        fmt::join(numbers_of("offsets", options.offsets), ", "),
        options.include_last_offset ? "end with" : "stay within", total));
  return starts;
}

// The places of a flat index that count, each with its bag.
struct Bags {
  Numbers places, bags, sizes;

  Bags(const Numbers& index, const Numbers& starts, std::int64_t padding_idx) {
    sizes.assign(starts.size() - 1, 0);
    for (std::size_t bag = 0; bag + 1 < starts.size(); ++bag)
      for (std::int64_t place = starts[bag]; place < starts[bag + 1]; ++place) {
        if (padding_idx >= 0 && index[static_cast<std::size_t>(place)] == padding_idx) continue;
        places.push_back(place);
        bags.push_back(static_cast<std::int64_t>(bag));
        ++sizes[bag];
      }
  }
  std::int64_t count() const { return static_cast<std::int64_t>(sizes.size()); }
  std::int64_t widest() const { return sizes.empty() ? 0 : *std::ranges::max_element(sizes); }
};

Tensor sums(const Tensor& rows, const Bags& bags) {
  return index_add(zeros({bags.count(), rows.size(1)}, {.dtype = rows.dtype()}), 0, tensor_of(bags.bags),
                   rows);
}

// The rows laid out [bags, widest], shorter bags filled up with -inf.
Tensor maxima(const Tensor& rows, const Bags& bags) {
  const std::int64_t widest = bags.widest();
  if (widest == 0) return sums(rows, bags);
  Numbers table(static_cast<std::size_t>(bags.count() * widest), 0);
  std::int64_t row = 0;
  for (std::size_t bag = 0; bag < bags.sizes.size(); ++bag)
    for (std::int64_t i = 0; i < bags.sizes[bag]; ++i)
      table[bag * static_cast<std::size_t>(widest) + static_cast<std::size_t>(i)] = row++;
  const Tensor sizes = unsqueeze(tensor_of(bags.sizes), -1);
  const Tensor laid_out = embedding(rows, reshape(tensor_of(table), {bags.count(), widest}));
  const Tensor filled =
      where(unsqueeze(arange(widest) < sizes, -1), laid_out, -std::numeric_limits<double>::infinity());
  return where(sizes > 0, max(filled, 1)[0], 0);
}

}  // namespace

Tensor embedding_bag(const Tensor& weight, const Tensor& index, const EmbeddingBagOptions& options) {
  const Tensor& factors = options.per_sample_weights;
  if (factors.defined() && options.mode != BagMode::sum)
    throw ValueError("[embedding_bag] per_sample_weights go with mode sum only");
  if (factors.defined() && factors.shape() != index.shape())
    throw ShapeError(fmt::format("[embedding_bag] per_sample_weights {} must have the shape of the index {}",
                                 to_string(factors.shape()), to_string(index.shape())));
  if (weight.dim() != 2)
    throw ShapeError(fmt::format("[embedding_bag] weight {}: expected [rows, n]", to_string(weight.shape())));
  if (options.padding_idx < -1 || options.padding_idx >= weight.size(0))
    throw IndexError(fmt::format("[embedding_bag] padding_idx {} is out of range for axis 0 of {}",
                                 options.padding_idx, to_string(weight.shape())));
  const Numbers numbers = numbers_of("index", index);
  const Bags bags(numbers, starts_of(index, options), options.padding_idx);
  const Tensor places = tensor_of(bags.places);
  Tensor rows = embedding(weight, index_select(reshape(index, {-1}), 0, places));
  if (factors.defined()) rows = rows * unsqueeze(index_select(reshape(factors, {-1}), 0, places), -1);
  if (options.mode == BagMode::max) return maxima(rows, bags);
  if (options.mode == BagMode::sum) return sums(rows, bags);
  return sums(rows, bags) / to(clamp_min(unsqueeze(tensor_of(bags.sizes), -1), 1), weight.dtype());
}

}  // namespace xg
