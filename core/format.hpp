#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tensor.hpp"

namespace xg {

/// The values in nested brackets, numbers aligned; of large tensors the first and last three along each axis.
/// Dtypes other than float32, and the shape where the brackets do not show it, follow: "[1, 2] int64".
std::string to_string(const Tensor& x);
/// The same, with floating numbers written by `number`.
std::string to_string(const Tensor& x, const std::function<std::string(double)>& number);

std::ostream& operator<<(std::ostream& out, const Tensor& x);
std::ostream& operator<<(std::ostream& out, const Dims& dims);
std::ostream& operator<<(std::ostream& out, Dtype dtype);

}  // namespace xg

/// fmt::format("{}", x); a number's specification holds for each element of a floating tensor: "{:.3f}".
template <> struct fmt::formatter<xg::Tensor> {
  // Kept as text: GCC 12 warns of an overflow inside of fmt's own parser where a user's format string is constant.
  constexpr auto parse(fmt::format_parse_context& context) {
    auto end = context.begin();
    while (end != context.end() && *end != '}') ++end;
    specification_ = std::string_view(context.begin(), static_cast<std::size_t>(end - context.begin()));
    return end;
  }
  auto format(const xg::Tensor& x, fmt::format_context& context) const {
    const std::string text = specification_.empty() ? to_string(x) : to_string(x, [this](double v) {
      return fmt::format(fmt::runtime(fmt::format("{{:{}}}", specification_)), v);
    });
    return std::copy(text.begin(), text.end(), context.out());
  }

 private:
  std::string_view specification_;
};

template <> struct fmt::formatter<xg::Dims> : fmt::formatter<fmt::string_view> {
  auto format(const xg::Dims& dims, fmt::format_context& context) const {
    return fmt::formatter<fmt::string_view>::format(xg::to_string(dims), context);
  }
};

template <> struct fmt::formatter<xg::Dtype> : fmt::formatter<fmt::string_view> {
  auto format(xg::Dtype dtype, fmt::format_context& context) const {
    return fmt::formatter<fmt::string_view>::format(xg::to_string(dtype), context);
  }
};
