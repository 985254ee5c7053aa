#include "non_finite.hpp"

#include <fmt/format.h>

#include "../core/anomaly.hpp"
#include "../core/backward.hpp"
#include "../core/error.hpp"
#include "../core/mode.hpp"

namespace xg::optim {
namespace {

/// Gives the default generator another state for a while.
class RandomStream {
 public:
  explicit RandomStream(Generator::State state) : before_(default_generator().state()) {
    default_generator().set_state(state);
  }
  ~RandomStream() { default_generator().set_state(before_); }
  RandomStream(const RandomStream&) = delete;
  RandomStream& operator=(const RandomStream&) = delete;

 private:
  Generator::State before_;
};

/// "log" of "[log] of float32 [3] made nan ...".
std::string op_of(const std::string& message) {
  const std::size_t end = message.find(']');
  return message.starts_with('[') && end != std::string::npos ? message.substr(1, end - 1) : std::string();
}

}  // namespace

NonFinite find_non_finite(const std::function<Tensor()>& loss, const std::vector<NamedTensor>& parameters,
                          Generator::State random, std::int64_t step) {
  std::vector<Tensor> tensors;
  for (const auto& [path, p] : parameters) {
    if (!first_non_finite(p).empty())
      return {step, {}, fmt::format("{} holds NaN or infinity from before this step", path)};
    tensors.push_back(p);
  }
  const RandomStream stream(random);
  try {
    const DetectAnomaly anomaly;
    grad({loss()}, tensors, {.allow_unused = true});
  } catch (const AnomalyError& e) {
    return {step, op_of(e.what()), e.what()};
  }
  return {step, {}, "a second run of the same batch was finite"};
}

}  // namespace xg::optim
