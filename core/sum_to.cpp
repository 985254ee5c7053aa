#include "sum_to.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loop.hpp"
#include "node.hpp"

namespace xg {
namespace {

void check_broadcasts(const char* op, const Shape& small, const Shape& large) {
  const bool negative = std::ranges::any_of(large, [](std::int64_t s) { return s < 0; });
  if (!negative && small.size() <= large.size() && broadcast_shapes(op, small, large) == large) return;
  throw ShapeError(fmt::format("[{}] {} does not broadcast to {}", op, to_string(small), to_string(large)));
}

// One input, one output that is added to: the loop sums along every axis on which the output does not move.
template <class T> void add_kernel(const void*, std::size_t n, const Stream* streams) {
  dispatch([&](auto isa) {
    using L = lane<T, decltype(isa)>;
    map_streams<L, true>(
        n, streams, [](const L& x) { return x; }, std::index_sequence<0>(), std::index_sequence<0>());
  });
}

}  // namespace

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check_broadcasts("broadcast_to", x.shape(), shape);
  return record("broadcast_to", {&x}, as_strided(x, shape, broadcast_strides(x.shape(), x.strides(), shape)),
                [from = x.shape()](const Tensor& g) { return sum_to(g, from); });
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check_broadcasts("sum_to", shape, x.shape());
  Tensor y = empty(shape, x.dtype());
  std::memset(y.impl().data, 0, static_cast<std::size_t>(y.numel()) * size_of(y.dtype()));
  LoopOperand operands[] = {LoopOperand::input(x, x.shape()), LoopOperand::summed(y, x.shape())};
  const LoopKernel kernel = visit_floating(
      "sum_to", x.dtype(), []<class T>(std::type_identity<T>) -> LoopKernel { return add_kernel<T>; });
  run_loop(x.shape(), x.dtype(), operands, 1, kernel, nullptr);
  return record("sum_to", {&x}, std::move(y),
                [from = x.shape()](const Tensor& g) { return broadcast_to(g, from); });
}

}  // namespace xg
