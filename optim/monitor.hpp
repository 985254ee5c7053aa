#pragma once
/// Watches a model while it is trained.
///
///   optim::Monitor monitor{net, adam};
///   for (const auto& [x, y] : loader) {
///     adam.zero_grad();
///     const Tensor loss = monitor.backward([&] { return nn::cross_entropy(net(x), y); });
///     adam.step();
///     monitor.step(loss);
///   }
///   for (const optim::Finding& f : optim::diagnose(monitor)) fmt::print("{}\n", f);   // optim/diagnosis.hpp

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "activation_log.hpp"
#include "history.hpp"
#include "non_finite.hpp"
#include "optimizer.hpp"

namespace xg::optim {

struct MonitorOptions {
  std::int64_t every = 10;   ///< steps from one sample to the next; the first step is one
  std::int64_t window = 10;  ///< samples through which a unit must be 0 to count as dead
  /// Names of ops to watch beside the library's activations: your own, say.
  std::vector<std::string> activations{};
};

/// A parameter with figures of the latest sample; NaN where there is none.
struct ParameterFigures {
  std::string path;
  Tensor parameter;
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
  double weight_norm = std::numeric_limits<double>::quiet_NaN();
  double update_ratio =
      std::numeric_limits<double>::quiet_NaN();  ///< norm of the update over that of the weights
  bool ever_had_gradient = false;
};

/// Takes figures of a model every few steps and writes them as curves: "gradient_norm/fc1.weight",
/// "weight_norm/...", "update_ratio/..."; "rms/relu after fc1", "dead/..." and "saturated/..." of activations.
/// Steps between samples cost one look at the loss and the gradients.
class Monitor {
 public:
  template <TensorTree Net>
  explicit Monitor(const Net& net, MonitorOptions options = {})
      : Monitor(named_parameters(net), nullptr, std::move(options)) {}
  /// With an optimizer, which must outlive it, step(loss) also writes the curve "lr".
  template <TensorTree Net>
  Monitor(const Net& net, const Optimizer& optimizer, MonitorOptions options = {})
      : Monitor(named_parameters(net), &optimizer, std::move(options)) {}

  /// Calls a function that runs the model in training and returns the loss, and walks back from the loss.
  /// Gradients are taken as they are then, before any clipping. If a NaN or an infinity turns up for the first
  /// time, the function and the walk are run once more, in anomaly mode, to learn which op made it; gradients
  /// and the default generator are left as the first run left them.
  Tensor backward(const std::function<Tensor()>& loss);

  /// The same in parts, for loops that call backward() themselves: runs a function under observation, ...
  template <class F> decltype(auto) watch(F&& f) {
    std::optional<ActivationLog::Pass> pass;
    if (begin_sample()) pass.emplace(activations_);
    return std::forward<F>(f)();
  }
  /// ... and takes the gradients' norms; left out, step() does it.
  void gradients();

  /// Ends a step, after the optimizer's.
  void step();
  /// The same, and adds to the curve "train/loss".
  void step(const Tensor& loss);

  /// Writes to a history of somebody else from now on, whose next step is number `steps`.
  void write_to(History& history, std::int64_t steps = 0);
  const History& history() const { return *history_; }
  History& history() { return *history_; }

  std::int64_t steps() const { return steps_; }
  /// In the order in which the model uses them; those that it does not use come last.
  std::vector<ParameterFigures> parameters() const;
  /// In the order in which the model runs them.
  const std::vector<ActivationFigures>& activations() const { return activations_.figures(); }
  const std::optional<NonFinite>& non_finite() const { return non_finite_; }
  /// Keeps what a loop found out by itself, e.g. fit().
  void note(NonFinite found) { non_finite_ = std::move(found); }

  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

 private:
  Monitor(std::vector<NamedTensor> parameters, const Optimizer* optimizer, MonitorOptions options);

  bool sampling() const { return steps_ % options_.every == 0; }
  bool begin_sample();
  void end_sample();
  void add(const std::string& kind, const std::string& name, double value);
  bool has_finite_gradients() const;

  MonitorOptions options_;
  const Optimizer* optimizer_;
  std::vector<ParameterFigures> parameters_;
  bool in_sample_ = false, has_gradients_ = false;
  std::vector<Tensor> before_{};  // the parameters at the start of the sample
  ActivationLog activations_;
  std::optional<NonFinite> non_finite_{};
  History own_history_{};
  History* history_ = &own_history_;
  std::int64_t steps_ = 0;
};

}  // namespace xg::optim
