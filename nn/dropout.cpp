#include "dropout.hpp"

#include <fmt/format.h>

#include <span>

#include "../core/elementwise.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/comparison.hpp"

namespace xg::nn {
namespace {

// Its own adjoint.
Tensor masked(const Tensor& x, const Tensor& mask, double scale) {
  static const auto op = elementwise("dropout", [](auto x, auto m, auto s) { return x * m * s; });
  Tensor y = no_grad([&] { return op(x, mask, scale); });
  return record("dropout", {&x}, std::move(y),
                [mask = Saved(mask), scale](const Tensor& g) { return masked(g, mask.get(), scale); });
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, Generator& generator) {
  if (!(p >= 0 && p <= 1)) throw ValueError(fmt::format("[dropout] p {}: a probability lies in [0, 1]", p));
  if (!training || p == 0) return x;
  Tensor mask = empty(x.shape(), x.dtype());
  visit_floating("dropout", x.dtype(), [&]<class T>(std::type_identity<T>) {
    generator.fill_bernoulli(std::span<T>(mask.mutable_data<T>(), static_cast<std::size_t>(mask.numel())),
                             1 - p);
  });
  return masked(x, mask, p < 1 ? 1 / (1 - p) : 0);
}

}  // namespace xg::nn
