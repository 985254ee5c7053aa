#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tensor.hpp"
#include "tree.hpp"

namespace xg {

struct GradcheckOptions {
  double rtol = 1e-6;     ///< allowed difference relative to the larger of both derivatives
  double atol = 1e-8;     ///< allowed difference beside that
  double eps = 1.0 / 64;  ///< largest step of the differences, relative to the inputs, if these exceed 1
  std::int64_t full_up_to = 1024;  ///< Jacobians of more elements are checked along random directions
  std::int64_t directions = 3;     ///< how many of them, for each input
  std::uint64_t seed = 0;          ///< of the directions
  bool allow_kinks = true;         ///< a kink or a tie is noted but passes
  int order = 2;                   ///< the highest order of derivatives that check_grads() checks
};

enum class GradcheckVerdict {
  ok,
  kink,              ///< left and right derivatives differ, the analytic one lies between them
  wrong,             ///< the analytic derivative is not the derivative
  nondeterministic,  ///< two calls with the same inputs gave different bits
  not_finite,        ///< a value or a derivative is NaN or infinite
};

/// One comparison: the derivative of an output by an element of an input, or along a random direction.
struct GradcheckRow {
  std::string input, element, output;
  double analytic = 0, numeric = 0;
  GradcheckVerdict verdict = GradcheckVerdict::ok;
};

/// What a check found. Converts to bool and prints itself, so `CHECK(gradcheck(f, x))` says what is wrong.
struct GradcheckResult {
  GradcheckVerdict verdict = GradcheckVerdict::ok;
  bool passed = true;
  std::string message = {};
  std::string input = {};  ///< the element that the verdict is about: "input 0[3,7]", "fc1.weight[3,7]"
  double analytic = 0;     ///< its analytic derivative
  double numeric = 0;      ///< its derivative by differences
  std::vector<GradcheckRow> rows = {};  ///< everything that was compared

  explicit operator bool() const { return passed; }
  /// All rows as text: input, output, analytic, numeric, error, verdict.
  std::string table() const;
  /// GoogleTest's EXPECT_TRUE shows the text of its AssertionResult only.
  template <class Assertion>
  requires requires(const Assertion& a) {
    a.failure_message();
    a.message();
  }
  operator Assertion() const { return Assertion(passed) << message; }
};

std::ostream& operator<<(std::ostream& out, const GradcheckResult& result);

namespace gradcheck_detail {

using Function = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

/// The inputs of a check: float64 leaves to be varied (integer tensors are passed through), with names.
struct Inputs {
  std::vector<Tensor> tensors;
  std::vector<std::string> names;
  bool of_model = false;
};

Inputs make_inputs(const std::vector<Tensor>& given);

using Check = GradcheckResult(const Function& f, const Inputs& inputs, const GradcheckOptions& options);
Check first_order, second_order, all_orders;

inline std::vector<Tensor> as_vector(Tensor y) { return {std::move(y)}; }
template <class Outputs> std::vector<Tensor> as_vector(Outputs outputs) {
  if constexpr (tree::Range<Outputs>)
    return std::vector<Tensor>(outputs.begin(), outputs.end());
  else
    return std::apply([](auto&... y) { return std::vector<Tensor>{y...}; }, outputs);
}

template <class F, class Sequence> inline constexpr bool takes_tensors = false;
template <class F, std::size_t... I>
inline constexpr bool takes_tensors<F, std::index_sequence<I...>> = requires(F& f, const Tensor& x) {
  f(((void)I, x)...);
};

template <class F, std::size_t... I>
std::vector<Tensor> spread(F& f, const std::vector<Tensor>& x, std::index_sequence<I...>) {
  return as_vector(f(x[I]...));
}

[[noreturn]] void throw_arguments(std::size_t inputs);

/// f(x[0], x[1], ...) for the number of arguments that f takes, else f(x). One argument a tensor is tried
/// first: a generic lambda must never be instantiated with the vector.
template <class F, std::size_t N = 1, std::size_t Most = max_rank>
std::vector<Tensor> call(F& f, const std::vector<Tensor>& x) {
  if constexpr (N > Most) {
    if constexpr (std::invocable<F&, const std::vector<Tensor>&>)
      return as_vector(f(x));
    else
      throw_arguments(x.size());
  } else if constexpr (takes_tensors<F, std::make_index_sequence<N>>) {
    if (x.size() == N) return spread(f, x, std::make_index_sequence<N>());
    return call<F, N + 1, Most>(f, x);
  } else {
    return call<F, N + 1, Most>(f, x);
  }
}

/// While it lives, a model's floating leaves are float64 copies named by their paths.
template <class Net> class Float64Leaves {
 public:
  explicit Float64Leaves(Net& net) {
    std::unordered_map<const TensorImpl*, Tensor> copies;  // a tensor that stands in two places still does
    for_each_leaf_of<Tensor>(net, [&](const std::string& path, Tensor& leaf) {
      if (!leaf.defined() || !is_floating(leaf.dtype())) return;
      before_.emplace_back(&leaf, leaf);
      Tensor& copy = copies[&leaf.impl()];
      if (!copy.defined()) {
        copy = make_inputs({leaf}).tensors[0];
        copy.requires_grad(leaf.requires_grad());
        if (leaf.requires_grad()) inputs_.tensors.push_back(copy);
        if (leaf.requires_grad()) inputs_.names.push_back(path);
      }
      leaf = copy;
    });
  }
  ~Float64Leaves() {
    for (auto& [leaf, original] : before_) *leaf = original;
  }
  Float64Leaves(const Float64Leaves&) = delete;
  Float64Leaves& operator=(const Float64Leaves&) = delete;

  const Inputs& inputs() const { return inputs_; }

 private:
  std::vector<std::pair<Tensor*, Tensor>> before_;
  Inputs inputs_{.tensors = {}, .names = {}, .of_model = true};
};

template <class X>
concept OneTensor = std::same_as<X, Tensor> || ForeignArray<X>;

template <class Net>
concept Model =
    !OneTensor<std::remove_cvref_t<Net>> && !std::same_as<std::remove_cvref_t<Net>, std::vector<Tensor>> &&
    !std::is_array_v<std::remove_cvref_t<Net>>;

/// The forms in which a check takes a function and its inputs.
template <Check& check> struct Verb {
  template <class F>
  GradcheckResult operator()(F&& f, const std::vector<Tensor>& inputs,
                             const GradcheckOptions& options = {}) const {
    return check([&](const std::vector<Tensor>& x) { return call(f, x); }, make_inputs(inputs), options);
  }
  template <class F, std::size_t N>
  GradcheckResult operator()(F&& f, const Tensor (&inputs)[N], const GradcheckOptions& options = {}) const {
    return check([&](const std::vector<Tensor>& x) { return call<std::remove_reference_t<F>, N, N>(f, x); },
                 make_inputs({inputs, inputs + N}), options);
  }
  template <class F, OneTensor X>
  GradcheckResult operator()(F&& f, const X& input, const GradcheckOptions& options = {}) const {
    return (*this)(f, {Tensor(input)}, options);
  }
  template <class F, Model Net>
  GradcheckResult operator()(F&& f, Net&& net, const GradcheckOptions& options = {}) const {
    const Float64Leaves<std::remove_reference_t<Net>> leaves(net);
    return check([&](const std::vector<Tensor>&) { return as_vector(f(net)); }, leaves.inputs(), options);
  }
};

}  // namespace gradcheck_detail

/// gradcheck(f, inputs, options) compares the gradients of f, by grad(), with central differences, extrapolated to
/// step 0, in float64. The inputs are a Tensor, a list {a, b} or a std::vector<Tensor>; f takes them as arguments
/// or as one std::vector<Tensor>, and returns a Tensor or a tuple, array or vector of them. Floating inputs are
/// converted to float64 leaves and all of them are checked: each element against each output for small functions,
/// else random directions, halved until an element is found.
/// The input may be a model too: then all its tensors that ask for a gradient are checked, and f(net) is called
/// with the model, whose tensors are float64 copies meanwhile. Messages name them by path, blocks.2.fc1.weight[3,7].
/// A failure tells the op whose vjp is to blame, a table of what failed, and a call that repeats it.
/// Throws  ValueError "[gradcheck] no floating input: ..."; what f throws.
inline constexpr gradcheck_detail::Verb<gradcheck_detail::first_order> gradcheck{};

/// gradcheck of the map (inputs, cotangents) -> gradients of f, recorded with create_graph.
inline constexpr gradcheck_detail::Verb<gradcheck_detail::second_order> gradgradcheck{};

/// gradcheck, gradgradcheck and so on up to options.order; the first that fails ends it.
inline constexpr gradcheck_detail::Verb<gradcheck_detail::all_orders> check_grads{};

}  // namespace xg

template <> struct fmt::formatter<xg::GradcheckResult> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  auto format(const xg::GradcheckResult& r, fmt::format_context& context) const {
    return std::copy(r.message.begin(), r.message.end(), context.out());
  }
};
