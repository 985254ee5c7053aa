#pragma once
/// Derivatives of functions, as functions: value_and_grad, vjp, jvp, linearize, hvp; jacobian and hessian stand in
/// ops/jacobian.hpp.
///
///   auto [loss, gradient] = value_and_grad([&](const Mlp& net) { return mse_loss(net(x), y); }, net);
///   auto [y, pull] = vjp([](const Tensor& a, const Tensor& b) { return matmul(a, b); }, {a, b});
///
/// A function is given with its arguments: a Tensor, a list {a, b}, or any tree of tensors (structs, tuples,
/// arrays, vectors, maps). A tuple, an array and a list are spread over the parameters of the function.
/// Derivatives are taken by the function's argument alone: by every floating tensor of a list or tuple, and by
/// the parameters (the tensors that ask for a gradient) of a struct. They have the argument's type: the gradient
/// of a model is a model. An argument that does not matter has derivative zero; a tensor that is none of
/// the above is undefined in a derivative.
///
/// Verbs nest: inside of a function that a verb or a check calls, what verbs return can be differentiated again
/// (what grad() returns only with {.create_graph = true}).

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "mode.hpp"

namespace xg {

struct VerbOptions {
  /// Put the results on the tape, so that they can be differentiated outside of a verb too.
  bool create_graph = false;
};

namespace detail {

/// One call of a function by a verb, as the tape sees it.
class Recording {
 public:
  Recording(const char* verb, const VerbOptions& options);

  /// What the function gets in place of x.
  Tensor add_input(const std::string& path, const Tensor& x);
  void add_output(const std::string& path, const Tensor& y);

  const char* verb() const { return verb_; }
  bool create_graph() const { return create_graph_; }
  const std::vector<NamedTensor>& inputs() const { return inputs_; }
  const std::vector<NamedTensor>& outputs() const { return outputs_; }

  /// Gradients of the outputs, each times its cotangent; a tensor for every input.
  std::vector<Tensor> pull(const std::vector<Tensor>& cotangents, bool retain_graph) const;
  /// The same for the one output, which is a single number.
  std::vector<Tensor> gradient(bool create_graph) const;
  /// Those of a user's tensors that stand where inputs() stand, checked; `places` is how many there should be.
  std::vector<Tensor> tangents(const std::vector<NamedTensor>& given, std::size_t places) const;
  std::vector<Tensor> cotangents(const std::vector<NamedTensor>& given, std::size_t places) const;

 private:
  const char* verb_;
  bool create_graph_;
  std::vector<NamedTensor> inputs_, outputs_;
};

/// The derivative of one call, which takes tangents of the inputs to those of the outputs: the transpose of the
/// vjp, which is linear in its cotangents and recorded as a function of them.
class Pushforward {
 public:
  explicit Pushforward(Recording recording);
  std::vector<Tensor> push(const std::vector<Tensor>& tangents, bool retain_graph) const;
  const Recording& recording() const { return recording_; }

 private:
  Recording recording_;
  std::vector<Tensor> cotangents_, gradients_;
};

/// H v, where the recording's output is the function and v are tangents of its inputs.
std::vector<Tensor> hessian_times(const Recording& recording, const std::vector<Tensor>& tangents);

template <class T> std::vector<NamedTensor> places_of(const T& tree) {
  std::vector<NamedTensor> all;
  for_each_leaf_of<Tensor>(tree,
                           [&](const std::string& path, const Tensor& t) { all.emplace_back(path, t); });
  return all;
}

/// A call with its typed ends: what the function got and what it returned.
template <class T, class R> struct Call {
  Recording recording;
  T arguments;
  R value;

  R result() const {
    if (recording.create_graph()) return clone_tree<Tensor>(value, [](const Tensor& t) { return t; });
    return clone_tree<Tensor>(value, [](const Tensor& t) { return t.defined() ? t.detach() : t; });
  }
  /// `derivatives` of all inputs as a tree like the argument.
  T like_arguments(const std::vector<Tensor>& derivatives) const {
    std::size_t i = 0;
    const auto slot = [&](const std::string&, const Tensor&) { return derivatives[i++]; };
    const auto other = [](const Tensor&) { return Tensor(); };
    return map_arguments(arguments, slot, other);
  }
  /// `derivatives` of all outputs as a tree like the value.
  R like_value(const std::vector<Tensor>& derivatives) const {
    std::unordered_map<const TensorImpl*, Tensor> by_output;
    for (std::size_t i = 0; i < derivatives.size(); ++i)
      by_output.emplace(&recording.outputs()[i].second.impl(), derivatives[i]);
    return clone_tree<Tensor>(value, [&](const Tensor& t) {
      const auto it = t.defined() ? by_output.find(&t.impl()) : by_output.end();
      return it == by_output.end() ? Tensor() : it->second;
    });
  }
  std::vector<Tensor> tangents(const T& given) const {
    return recording.tangents(places_of(given), places_of(arguments).size());
  }
  std::vector<Tensor> cotangents(const R& given) const {
    return recording.cotangents(places_of(given), places_of(value).size());
  }
};

template <class F, class T> auto call(const char* verb, F& f, const T& x, const VerbOptions& options) {
  static_assert(!tree::is_passed_by<Tensor, T>(),
                "A verb takes a Tensor, or a struct, tuple, array, vector or map that holds some.");
  Recording recording(verb, options);
  const auto slot = [&](const std::string& path, const Tensor& t) { return recording.add_input(path, t); };
  const auto other = [](const Tensor& t) { return t; };
  T arguments = map_arguments(x, slot, other);
  Mode during = mode();
  during.recording = during.differentiating = true;
  const ModeGuard guard(during);
  auto value = call_with(f, arguments);
  for (const auto& [path, y] : places_of(value)) recording.add_output(path, y);
  return Call<T, decltype(value)>{std::move(recording), std::move(arguments), std::move(value)};
}

}  // namespace detail

/// f(x), a single number, and its gradient.
/// Throws  ShapeError "[value_and_grad] the function returned float32 [2]: reduce it to a single number ...".
template <class F, class T>
std::pair<Tensor, T> value_and_grad(F&& f, const T& x, const VerbOptions& options = {}) {
  const auto call = detail::call("value_and_grad", f, x, options);
  T gradient = call.like_arguments(call.recording.gradient(call.recording.create_graph()));
  return {call.result(), std::move(gradient)};
}
template <class F, std::size_t N>
std::pair<Tensor, std::array<Tensor, N>> value_and_grad(F&& f, const Tensor (&x)[N],
                                                        const VerbOptions& options = {}) {
  return value_and_grad(f, std::to_array(x), options);
}

/// f(x), and a function that takes a cotangent of it to one of x; it may be called often. An undefined cotangent
/// counts as zero.
/// Throws  ShapeError "[vjp] the cotangent is float32 [3], the value float32 [2]: ...", StructureError.
template <class F, class T> auto vjp(F&& f, const T& x, const VerbOptions& options = {}) {
  using Call = decltype(detail::call("vjp", f, x, options));
  const auto call = std::make_shared<const Call>(detail::call("vjp", f, x, options));
  auto pull = [call](const decltype(call->value)& cotangent) {
    return call->like_arguments(call->recording.pull(call->cotangents(cotangent), true));
  };
  return std::pair(call->result(), std::move(pull));
}
template <class F, std::size_t N> auto vjp(F&& f, const Tensor (&x)[N], const VerbOptions& options = {}) {
  return vjp(f, std::to_array(x), options);
}

/// f(x), and a function that takes a tangent of x to one of f(x), exactly, without calling f again; it may be
/// called often. An undefined tangent counts as zero.
/// Throws  GraphError for an op whose vjp cannot be recorded; as jvp().
template <class F, class T> auto linearize(F&& f, const T& x, const VerbOptions& options = {}) {
  using Call = decltype(detail::call("linearize", f, x, options));
  const auto call = std::make_shared<const Call>(detail::call("linearize", f, x, options));
  auto push = [call, forward = std::make_shared<detail::Pushforward>(call->recording)](const T& tangent) {
    return call->like_value(forward->push(call->tangents(tangent), true));
  };
  return std::pair(call->result(), std::move(push));
}
template <class F, std::size_t N>
auto linearize(F&& f, const Tensor (&x)[N], const VerbOptions& options = {}) {
  return linearize(f, std::to_array(x), options);
}

/// f(x), and its derivative along the tangent v: J v.
/// Throws  ShapeError "[jvp] the tangent of 'fc1.bias' is float32 [3], the input float32 [2]: ...",
///         StructureError; GraphError for an op whose vjp cannot be recorded.
template <class F, class T>
auto jvp(F&& f, const T& x, const std::type_identity_t<T>& v, const VerbOptions& options = {}) {
  const auto call = detail::call("jvp", f, x, options);
  const auto tangents = call.tangents(v);
  return std::pair(call.result(), call.like_value(detail::Pushforward(call.recording).push(tangents, false)));
}
template <class F, std::size_t N>
auto jvp(F&& f, const Tensor (&x)[N], const Tensor (&v)[N], const VerbOptions& options = {}) {
  return jvp(f, std::to_array(x), std::to_array(v), options);
}

/// f(x), a single number, and its second derivative along v: H v.
/// Throws  as value_and_grad() and jvp().
template <class F, class T>
std::pair<Tensor, T> hvp(F&& f, const T& x, const std::type_identity_t<T>& v,
                         const VerbOptions& options = {}) {
  const auto call = detail::call("hvp", f, x, options);
  T product = call.like_arguments(detail::hessian_times(call.recording, call.tangents(v)));
  return {call.result(), std::move(product)};
}
template <class F, std::size_t N>
std::pair<Tensor, std::array<Tensor, N>> hvp(F&& f, const Tensor (&x)[N], const Tensor (&v)[N],
                                             const VerbOptions& options = {}) {
  return hvp(f, std::to_array(x), std::to_array(v), options);
}

}  // namespace xg
