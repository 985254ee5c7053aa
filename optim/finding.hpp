#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace xg::optim {

enum class Fault {
  non_finite,
  exploding_gradients,
  learning_rate_too_large,
  learning_rate_unstable,
  learning_rate_too_small,
  dying_relu,
  saturated_activation,
  vanishing_gradients,
  unused_parameter,
  overfitting,
};
/// "vanishing gradients".
std::string_view name_of(Fault fault);

enum class Severity { warning, error };

struct Finding {
  Fault fault;
  Severity severity;
  std::string where;    ///< path of a parameter or a layer, "relu after fc1", or the name of an op or a curve
  double figure;        ///< that gives it away; `message` says what it is
  std::string message;  ///< what was seen
  std::string remedy;   ///< what to do about it

  /// "error: vanishing gradients, layers.0.weight: its gradient is ... Use ..."
  std::string text() const;
};
std::ostream& operator<<(std::ostream& out, const Finding& finding);

}  // namespace xg::optim

template <> struct fmt::formatter<xg::optim::Finding> : fmt::formatter<fmt::string_view> {
  auto format(const xg::optim::Finding& finding, fmt::format_context& context) const {
    return fmt::formatter<fmt::string_view>::format(finding.text(), context);
  }
};
