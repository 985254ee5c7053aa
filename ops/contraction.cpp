#include "contraction.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "arithmetic.hpp"
#include "matmul.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg::contraction {
namespace {

using Mask = std::uint64_t;

Mask bit(int label) { return Mask{1} << label; }
bool has(Mask mask, int label) { return (mask & bit(label)) != 0; }

Mask mask_of(const Labels& labels) {
  Mask mask = 0;
  for (const int label : labels) mask |= bit(label);
  return mask;
}

Labels keep_if(const Labels& labels, Mask mask) {
  Labels kept;
  for (const int label : labels)
    if (has(mask, label)) kept.push_back(label);
  return kept;
}

Term sum_out(Term t, Mask needed) {
  Axes axes;
  for (std::size_t i = 0; i < t.labels.size(); ++i)
    if (!has(needed, t.labels[i])) axes.push_back(static_cast<std::int64_t>(i));
  if (axes.empty()) return t;
  return {sum(t.x, axes), keep_if(t.labels, needed)};
}

// The axes in this order; all of them.
Tensor arranged(const Term& t, const Labels& order) {
  if (t.labels == order) return t.x;
  Axes axes;
  for (const int label : order) axes.push_back(std::ranges::find(t.labels, label) - t.labels.begin());
  return permute(t.x, axes);
}

Labels joined(Labels a, const Labels& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Shape shape_of(const Tensor& x, std::size_t first, std::size_t n) {
  return Shape(std::span(x.shape().begin() + first, n));
}

Shape joined(Shape a, const Shape& b) {
  for (const std::int64_t s : b) a.push_back(s);
  return a;
}

// Nothing is summed: axes of length 1 stand for the labels that the other term alone has.
Tensor multiply_elements(const Tensor& a, const Tensor& b, std::size_t batch, std::size_t left,
                         std::size_t right) {
  const Shape common = shape_of(a, 0, batch);
  const Tensor rows = reshape(a, joined(a.shape(), Shape::filled(right, 1)));
  const Shape columns = joined(joined(common, Shape::filled(left, 1)), shape_of(b, batch, right));
  return rows * reshape(b, columns);
}

Term multiply(Term a, Term b, Mask needed) {
  a = sum_out(std::move(a), needed | mask_of(b.labels));
  b = sum_out(std::move(b), needed | mask_of(a.labels));
  const Mask both = mask_of(a.labels) & mask_of(b.labels);
  const Labels batch = keep_if(a.labels, both & needed), summed = keep_if(a.labels, both & ~needed);
  const Labels left = keep_if(a.labels, ~both), right = keep_if(b.labels, ~both);
  const Tensor x = arranged(a, joined(joined(batch, left), summed));
  const Tensor y = arranged(b, joined(joined(batch, summed), right));
  const Labels labels = joined(joined(batch, left), right);
  if (summed.empty()) return {multiply_elements(x, y, batch.size(), left.size(), right.size()), labels};
  const Shape common = shape_of(x, 0, batch.size()), rows = shape_of(x, batch.size(), left.size());
  const Shape inner = shape_of(y, batch.size(), summed.size());
  const Shape columns = shape_of(y, batch.size() + summed.size(), right.size());
  const Tensor product = matmul(reshape(x, joined(common, {count(rows), count(inner)})),
                                reshape(y, joined(common, {count(inner), count(columns)})));
  return {reshape(product, joined(joined(common, rows), columns)), labels};
}

/// Which terms are multiplied with which.
class Planner {
 public:
  Planner(const std::vector<Term>& terms, Mask result) : result_(result) {
    lengths_.fill(1);
    for (const Term& t : terms) {
      masks_.push_back(mask_of(t.labels));
      for (std::size_t i = 0; i < t.labels.size(); ++i)
        lengths_[static_cast<std::size_t>(t.labels[i])] = static_cast<double>(t.x.shape()[i]);
    }
  }

  double size(Mask mask) const {
    double n = 1;
    for (int label = 0; label < 64; ++label)
      if (has(mask, label)) n *= lengths_[static_cast<std::size_t>(label)];
    return n;
  }
  /// The labels that what is not in a set of terms, or the result, needs of it.
  Mask needed(unsigned set) const {
    Mask mask = result_;
    for (std::size_t i = 0; i < masks_.size(); ++i)
      if ((set >> i & 1) == 0) mask |= masks_[i];
    return mask;
  }
  Mask labels(unsigned set) const {
    Mask mask = 0;
    for (std::size_t i = 0; i < masks_.size(); ++i)
      if ((set >> i & 1) != 0) mask |= masks_[i];
    return mask & needed(set);
  }

  /// For each set of terms the subset to be multiplied with the rest of it, with the fewest multiplications in
  /// all.
  std::vector<unsigned> best_splits() const {
    const unsigned sets = 1u << masks_.size();
    std::vector<double> cost(sets, 0);
    std::vector<unsigned> splits(sets, 0);
    for (unsigned set = 1; set < sets; ++set) {
      if (std::has_single_bit(set)) continue;
      cost[set] = std::numeric_limits<double>::infinity();
      for (unsigned part = (set - 1) & set; part > set - part; part = (part - 1) & set) {
        const unsigned rest = set - part;
        const double total = cost[part] + cost[rest] + size(labels(part) | labels(rest));
        if (total < cost[set] || splits[set] == 0) {
          cost[set] = total;
          splits[set] = part;
        }
      }
    }
    return splits;
  }

  /// The labels that the result and the terms other than i and j need.
  Mask needed_beside(std::size_t i, std::size_t j) const {
    Mask mask = result_;
    for (std::size_t k = 0; k < masks_.size(); ++k)
      if (k != i && k != j) mask |= masks_[k];
    return mask;
  }
  /// The pair whose product is smallest beside its factors.
  std::pair<std::size_t, std::size_t> smallest_pair() const {
    std::pair<std::size_t, std::size_t> best{0, 1};
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < masks_.size(); ++i)
      for (std::size_t j = i + 1; j < masks_.size(); ++j) {
        const double growth =
            size((masks_[i] | masks_[j]) & needed_beside(i, j)) - size(masks_[i]) - size(masks_[j]);
        if (growth < least) {
          least = growth;
          best = {i, j};
        }
      }
    return best;
  }

 private:
  Mask result_;
  std::vector<Mask> masks_;
  std::array<double, 64> lengths_;
};

Term contract_set(const std::vector<Term>& terms, const Planner& planner, const std::vector<unsigned>& splits,
                  unsigned set) {
  if (std::has_single_bit(set))
    return sum_out(terms[static_cast<std::size_t>(std::countr_zero(set))], planner.needed(set));
  const unsigned part = splits[set];
  // The parts in the order of the operands, so that the result is laid out as one reads it.
  const unsigned rest = set - part, first = std::countr_zero(part) < std::countr_zero(rest) ? part : rest;
  return multiply(contract_set(terms, planner, splits, first),
                  contract_set(terms, planner, splits, set - first), planner.needed(set));
}

}  // namespace

Tensor contract(std::vector<Term> terms, const Labels& result) {
  constexpr std::size_t most_for_the_best_order = 8;
  const Mask wanted = mask_of(result);
  while (terms.size() > most_for_the_best_order) {
    const Planner planner(terms, wanted);
    const auto [i, j] = planner.smallest_pair();
    Term product = multiply(terms[i], terms[j], planner.needed_beside(i, j));
    terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(j));
    terms[i] = std::move(product);
  }
  const Planner planner(terms, wanted);
  return arranged(contract_set(terms, planner, planner.best_splits(), (1u << terms.size()) - 1), result);
}

}  // namespace xg::contraction
