#include "linalg_norm.hpp"

#include <fmt/format.h>

#include <cmath>

#include "arithmetic.hpp"
#include "linalg_decompose.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

[[noreturn]] void throw_unknown(const std::string& ord) {
  throw ValueError(
      fmt::format("[matrix_norm] ord {}: expected 1, -1, 2, -2, inf, -inf, \"fro\" or \"nuc\"", ord));
}

/// The matrices as the last two axes.
struct Matrices {
  Tensor x;
  Axes axes;  // where they were, ascending

  Matrices(const Tensor& of, const Axes& asked) {
    if (asked.size() != 2)
      throw ShapeError(fmt::format("[matrix_norm] axes {}: expected two", to_string(asked)));
    if (!is_floating(of.dtype())) throw_not_floating("matrix_norm", of.dtype());
    const std::size_t rows = normalize_axis("matrix_norm", asked[0], of.shape());
    const std::size_t columns = normalize_axis("matrix_norm", asked[1], of.shape());
    axes = normalize_axes("matrix_norm", asked, of.shape());
    Axes order;
    for (std::size_t i = 0; i < of.dim(); ++i)
      if (i != rows && i != columns) order.push_back(static_cast<std::int64_t>(i));
    order.push_back(static_cast<std::int64_t>(rows));
    order.push_back(static_cast<std::int64_t>(columns));
    x = permute(of, order);
  }

  Tensor kept(Tensor y, bool keepdim) const {
    if (keepdim)
      for (std::int64_t axis : axes) y = unsqueeze(y, axis);
    return y;
  }
};

}  // namespace

Tensor matrix_norm(const Tensor& x, double ord, const Axes& axes, bool keepdim) {
  const double size = std::abs(ord);
  if (size != 1 && size != 2 && !std::isinf(size)) throw_unknown(fmt::format("{}", ord));
  const Matrices matrices(x, axes);
  const Tensor values = size == 2 ? svdvals(matrices.x) : sum(abs(matrices.x), {size == 1 ? -2 : -1});
  return matrices.kept(ord > 0 ? amax(values, {-1}) : amin(values, {-1}), keepdim);
}

Tensor matrix_norm(const Tensor& x, std::string_view ord, const Axes& axes, bool keepdim) {
  if (ord != "fro" && ord != "nuc") throw_unknown(fmt::format("\"{}\"", ord));
  const Matrices matrices(x, axes);
  return matrices.kept(ord == "fro" ? norm(matrices.x, 2, {-2, -1}) : sum(svdvals(matrices.x), {-1}),
                       keepdim);
}

}  // namespace xg
