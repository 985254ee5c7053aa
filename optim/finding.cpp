#include "finding.hpp"

#include <ostream>

namespace xg::optim {

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::non_finite:
      return "NaN or infinity";
    case Fault::exploding_gradients:
      return "exploding gradients";
    case Fault::learning_rate_too_large:
      return "learning rate too large";
    case Fault::learning_rate_unstable:
      return "unstable learning rate";
    case Fault::learning_rate_too_small:
      return "learning rate too small";
    case Fault::dying_relu:
      return "dying ReLUs";
    case Fault::saturated_activation:
      return "saturated activation";
    case Fault::vanishing_gradients:
      return "vanishing gradients";
    case Fault::unused_parameter:
      return "unused parameter";
    case Fault::overfitting:
      return "overfitting";
  }
  return "";
}

std::string Finding::text() const {
  return fmt::format("{}: {}, {}: {}. {}", severity == Severity::error ? "error" : "warning", name_of(fault),
                     where, message, remedy);
}

std::ostream& operator<<(std::ostream& out, const Finding& finding) { return out << finding.text(); }

}  // namespace xg::optim
