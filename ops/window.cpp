#include "window.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/error.hpp"

namespace xg {

std::pair<std::int64_t, std::int64_t> WindowAxis::places_inside(std::int64_t tap) const {
  const auto first_from = [&](std::int64_t element) {
    return std::clamp<std::int64_t>(ceil_div(element + padding - tap * dilation, stride), 0, out);
  };
  return {first_from(0), first_from(in)};
}

WindowAxis window_axis(std::string_view op, std::int64_t in, std::int64_t kernel, std::int64_t stride,
                       std::int64_t padding, std::int64_t dilation, bool ceil_mode) {
  if (kernel < 1 || stride < 1 || dilation < 1 || padding < 0)
    throw ValueError(
        fmt::format("[{}] kernel {}, stride {}, padding {}, dilation {}: kernel, stride and dilation "
                    "must be at least 1, padding at least 0",
                    op, kernel, stride, padding, dilation));
  const std::int64_t room = in + 2 * padding - dilation * (kernel - 1) - 1;
  if (room < 0)
    throw ShapeError(
        fmt::format("[{}] a kernel of {} with dilation {} does not fit an axis of {} with padding {}", op,
                    kernel, dilation, in, padding));
  std::int64_t out = (ceil_mode ? ceil_div(room, stride) : room / stride) + 1;
  if (ceil_mode && (out - 1) * stride >= in + padding) --out;
  return {in, kernel, out, stride, padding, dilation};
}

}  // namespace xg
