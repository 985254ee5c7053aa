#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "mode.hpp"
#include "node.hpp"
#include "random.hpp"
#include "saved_hooks.hpp"

namespace xg {
namespace detail {

/// What one call of checkpoint() remembers: how to run the function again, and what that has brought back.
class Checkpoint : public std::enable_shared_from_this<Checkpoint> {
 public:
  explicit Checkpoint(std::function<void()> run_again);

  /// Hooks for the first run: they keep nothing but the order in which tensors were saved.
  SavedTensorHooks forget();

 private:
  Tensor recall(std::size_t i);
  void run_again();

  std::function<void()> run_again_;
  Mode mode_;
  Generator::State random_;
  std::size_t saved_ = 0;
  std::vector<Tensor> values_;  // each until its op has used it
};

template <class X> auto kept(const X& x) {
  if constexpr (std::is_same_v<X, Tensor>)
    return Saved(x);
  else
    return x;
}
inline const Tensor& use(const Saved& x) { return x.get(); }
template <class X> const X& use(const X& x) { return x; }

}  // namespace detail

/// f(inputs...), whose ops keep nothing for backward but the inputs: f runs once more when backward comes to
/// them. Gradients are the same, bit by bit, as without: the default generator's state is restored for that
/// run. Parameters of models that f captures get theirs too; checkpoints nest.
/// f is kept, with what it captures, and must compute the same in both runs; what it writes beside (running
/// statistics, say) is written twice.
/// Grad    any order.
/// Throws  GraphError, from backward(), "[checkpoint] the function saved 3 tensors and then 4: ...".
/// Source  Chen et al. 2016, arXiv:1604.06174.
template <class F, class... X>
std::decay_t<std::invoke_result_t<F&, const X&...>> checkpoint(F f, const X&... inputs) {
  if (!mode().recording) return f(inputs...);
  const auto function = std::make_shared<F>(std::move(f));
  const auto state = std::make_shared<detail::Checkpoint>(
      [function,
       kept = std::make_shared<std::tuple<decltype(detail::kept(inputs))...>>(detail::kept(inputs)...)] {
        std::apply([&](const auto&... x) { (*function)(detail::use(x)...); }, *kept);
      });
  // A checkpoint around this one takes the inputs away as well.
  if (mode().saved_hooks) mode().saved_hooks->pack_pending();
  const SavedTensorHooks hooks = state->forget();
  return (*function)(inputs...);
}

}  // namespace xg
