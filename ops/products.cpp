#include "products.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "arithmetic.hpp"
#include "matmul.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

/// Optimal parentheses: chains of matrices [sizes[i], sizes[i + 1]] by dynamic programming.
class Chain {
 public:
  explicit Chain(const std::vector<Tensor>& matrices)
      : matrices_(matrices), n_(matrices.size()), cuts_(n_ * n_) {
    std::vector<double> costs(n_ * n_, 0);
    for (std::size_t length = 2; length <= n_; ++length)
      for (std::size_t i = 0; i + length <= n_; ++i) {
        const std::size_t j = i + length - 1;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t cut = i; cut < j; ++cut) {
          const double cost =
              costs[i * n_ + cut] + costs[(cut + 1) * n_ + j] + rows(i) * columns(cut) * columns(j);
          if (cost >= least) continue;
          least = cost;
          cuts_[i * n_ + j] = cut;
        }
        costs[i * n_ + j] = least;
      }
  }

  Tensor product(std::size_t first, std::size_t last) const {
    if (first == last) return matrices_[first];
    const std::size_t cut = cuts_[first * n_ + last];
    return matmul(product(first, cut), product(cut + 1, last));
  }

 private:
  double rows(std::size_t i) const { return static_cast<double>(matrices_[i].size(0)); }
  double columns(std::size_t i) const { return static_cast<double>(matrices_[i].size(1)); }

  const std::vector<Tensor>& matrices_;
  std::size_t n_;
  std::vector<std::size_t> cuts_;
};

void check_chain(const char* op, const std::vector<Tensor>& matrices) {
  if (matrices.empty()) throw ValueError(fmt::format("[{}] an empty list: expected at least one matrix", op));
  const auto is_whole = [](const Tensor& m) { return !is_floating(m.dtype()); };
  if (matrices.size() > 1 && std::all_of(matrices.begin(), matrices.end(), is_whole))
    throw_not_floating(op, matrices[0].dtype());
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    if (matrices[i].dim() != 2)
      throw ShapeError(
          fmt::format("[{}] tensor {} {}: expected a matrix", op, i, to_string(matrices[i].shape())));
    if (i > 0 && matrices[i - 1].size(1) != matrices[i].size(0))
      throw ShapeError(fmt::format("[{}] matrices {} {} and {} {}: inner dimensions {} and {} differ", op,
                                   i - 1, to_string(matrices[i - 1].shape()), i,
                                   to_string(matrices[i].shape()), matrices[i - 1].size(1),
                                   matrices[i].size(0)));
  }
}

Tensor chain_product(const char* op, const std::vector<Tensor>& matrices) {
  check_chain(op, matrices);
  return Chain(matrices).product(0, matrices.size() - 1);
}

// x with the axes at the even places of a shape of pairs, or at the odd ones.
Tensor spread_axes(Tensor x, std::size_t rank, bool odd) {
  Shape shape;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::size_t missing = rank - x.dim();
    const std::int64_t length = axis < missing ? 1 : x.shape()[axis - missing];
    shape.push_back(odd ? 1 : length);
    shape.push_back(odd ? length : 1);
  }
  return reshape(x, shape);
}

}  // namespace

Tensor vecdot(const Tensor& a, const Tensor& b, std::int64_t axis) {
  if (a.dim() == 0 || b.dim() == 0)
    throw ShapeError(fmt::format("[vecdot] a {} and b {}: both must have an axis to sum along",
                                 to_string(a.shape()), to_string(b.shape())));
  normalize_axis("vecdot", axis, broadcast_shapes("vecdot", a.shape(), b.shape()));
  return sum(a * b, {axis});
}

Tensor cross(const Tensor& a, const Tensor& b, std::int64_t axis) {
  const auto fits = [axis](const Tensor& x) {
    const auto rank = static_cast<std::int64_t>(x.dim());
    return axis >= -rank && axis < rank && x.size(axis) == 3;
  };
  if (!fits(a) || !fits(b))
    throw ShapeError(fmt::format("[cross] a {} and b {}: axis {} must have length 3 in both",
                                 to_string(a.shape()), to_string(b.shape()), axis));
  broadcast_shapes("cross", a.shape(), b.shape());
  const auto turned = [axis](const Tensor& x, std::int64_t by) { return roll(x, {by}, {axis}); };
  return turned(a, -1) * turned(b, 1) - turned(a, 1) * turned(b, -1);
}

Tensor kron(const Tensor& a, const Tensor& b) {
  const std::size_t rank = std::max(a.dim(), b.dim());
  if (2 * rank > max_rank)
    throw ShapeError(fmt::format("[kron] a {} and b {}: at most {} axes", to_string(a.shape()),
                                 to_string(b.shape()), max_rank / 2));
  const Tensor product = spread_axes(a, rank, false) * spread_axes(b, rank, true);
  Shape shape;
  for (std::size_t axis = 0; axis < rank; ++axis)
    shape.push_back(product.shape()[2 * axis] * product.shape()[2 * axis + 1]);
  return reshape(product, shape);
}

Tensor multi_dot(const std::vector<Tensor>& matrices) {
  if (matrices.size() < 2)
    throw ValueError(fmt::format("[multi_dot] {} tensors: expected at least two", matrices.size()));
  std::vector<Tensor> chain = matrices;
  const bool has_row = chain.front().dim() == 1, has_column = chain.back().dim() == 1;
  if (has_row) chain.front() = unsqueeze(chain.front(), 0);
  if (has_column) chain.back() = unsqueeze(chain.back(), 1);
  Tensor y = chain_product("multi_dot", chain);
  if (has_column) y = squeeze(y, 1);
  return has_row ? squeeze(y, 0) : y;
}

Tensor chain_matmul(const std::vector<Tensor>& matrices) { return chain_product("chain_matmul", matrices); }

}  // namespace xg
