#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "../core/parameters.hpp"
#include "line_search.hpp"

namespace xg::optim {

enum class LineSearch : std::uint8_t { none, strong_wolfe };

struct LbfgsOptions {
  double lr = 1;               ///< the step's length, or where the line search begins
  std::int64_t max_iter = 20;  ///< in one step()
  std::int64_t max_eval = 0;   ///< evaluations of the loss in one step(); 0: max_iter * 5 / 4
  double tolerance_grad = 1e-7;
  double tolerance_change = 1e-9;  ///< of the loss, and of the parameters
  std::int64_t history_size = 100;
  LineSearch line_search_fn = LineSearch::none;
};

/// Quasi-Newton descent for losses without noise: the direction is the gradient times an estimate of the
/// inverse Hessian, made of the last history_size steps and how they changed the gradient.
///
///   optim::LBFGS lbfgs{net, {.line_search_fn = optim::LineSearch::strong_wolfe}};
///   for (int i = 0; i < 10; ++i) lbfgs.step([&] { return mse_loss(net(x), y); });
///
/// Source  Liu & Nocedal 1989, doi.org/10.1007/BF01589116; PyTorch's form.
class LBFGS {
 public:
  using Closure = std::function<Tensor()>;

  /// Of all parameters of a model, or of a list of tensors.
  /// Throws  ValueError "[LBFGS] lr 0: expected more than 0".
  template <TensorTree Net = std::vector<Tensor>>
  explicit LBFGS(const Net& net, const LbfgsOptions& options = {}) : LBFGS(Own{parameters(net)}, options) {}
  explicit LBFGS(const Tensor& parameter, const LbfgsOptions& options = {})
      : LBFGS(Own{{parameter}}, options) {}

  /// Takes up to max_iter steps; the closure computes the loss, of which gradients are taken here. Returns
  /// the loss before.
  double step(const Closure& closure);

  /// How often losses have been computed so far.
  std::int64_t func_evals() const { return memory_.func_evals; }

  /// A copy of everything remembered, by name; none before the first step.
  std::map<std::string, Tensor> state() const;
  /// Puts a copy back.
  /// Throws  StructureError, before anything is changed, "[load_state] \"direction\" is missing".
  void load_state(const std::map<std::string, Tensor>& saved);

  LbfgsOptions options;  ///< may be changed between steps

 private:
  struct Own {
    std::vector<Tensor> parameters;
  };
  /// A step and the change of the gradient along it.
  struct Pair {
    Pair(Tensor s, Tensor c);
    Tensor step, change;
    double product;
  };
  /// What one iteration leaves to the next.
  struct Memory {
    std::deque<Pair> history;
    double scale = 1;  // of the estimate without history
    Tensor direction, last_gradient;
    double length = 0;  // of the last step, in units of its direction
    std::int64_t iterations = 0, func_evals = 0;
  };

  LBFGS(Own own, const LbfgsOptions& options);
  LinePoint evaluate(const Closure& closure);
  Tensor flat_parameters() const;
  Tensor flat_gradient() const;
  void move_to(const Tensor& flat);
  void remember(const Tensor& gradient);
  Tensor direction(const Tensor& gradient) const;
  LinePoint go_along(const Closure& closure, const LinePoint& now, bool is_last);

  std::vector<Tensor> parameters_;
  Memory memory_;
};

}  // namespace xg::optim
