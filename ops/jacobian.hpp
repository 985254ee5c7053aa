#pragma once
/// Whole derivatives as arrays. Functions and arguments are those of core/verbs.hpp.
/// Internal to this file: namespace detail.

#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../core/verbs.hpp"

namespace xg {
namespace detail {

/// The derivatives of one output by every input, [*output, *input].
std::vector<Tensor> jacobian_rows(const Recording& recording, const Tensor& output);
/// The second derivatives by every pair of inputs, [*first, *second].
std::vector<std::vector<Tensor>> hessian_blocks(const Recording& recording);

/// The value with of(tensor) in place of each of its tensors.
template <class R, class Of> auto map_outputs(const R& value, const Of& of) {
  if constexpr (std::is_same_v<R, Tensor>) {
    return of(value);
  } else if constexpr (tree::Tuple<R>) {
    return std::apply(
        [&](const auto&... member) {
          if constexpr (requires { value.begin(); })
            return std::array{map_outputs(member, of)...};
          else
            return std::tuple{map_outputs(member, of)...};
        },
        value);
  } else {
    static_assert(tree::Range<R>, "jacobian() takes a function to a Tensor, or to a tuple, array or vector.");
    std::vector<decltype(map_outputs(*value.begin(), of))> all;
    for (const auto& element : value) all.push_back(map_outputs(element, of));
    return all;
  }
}

}  // namespace detail

/// All derivatives of f(x): of the argument's type, with tensors [*output, *input]; for a function to a tuple,
/// array or vector one such for each output. One walk over the tape for each element of the output.
template <class F, class T> auto jacobian(F&& f, const T& x, const VerbOptions& options = {}) {
  const auto call = detail::call("jacobian", f, x, options);
  return detail::map_outputs(call.value, [&](const Tensor& y) {
    return call.like_arguments(detail::jacobian_rows(call.recording, y));
  });
}
template <class F, std::size_t N>
auto jacobian(F&& f, const Tensor (&x)[N], const VerbOptions& options = {}) {
  return jacobian(f, std::to_array(x), options);
}

/// All second derivatives of f(x), a single number: [*x, *x] for a Tensor x, else a map of blocks [*a, *b] by the
/// paths of both inputs, h["fc1.weight"]["fc2.bias"], where a list has the paths "0", "1", ...
/// Throws  ShapeError "[hessian] the function returned float32 [2]: reduce it to a single number ...".
template <class F, class T> auto hessian(F&& f, const T& x, const VerbOptions& options = {}) {
  const auto call = detail::call("hessian", f, x, options);
  const auto blocks = detail::hessian_blocks(call.recording);
  if constexpr (std::is_same_v<T, Tensor>) {
    return blocks[0][0];
  } else {
    std::map<std::string, std::map<std::string, Tensor>> by_path;
    const auto& inputs = call.recording.inputs();
    for (std::size_t a = 0; a < inputs.size(); ++a)
      for (std::size_t b = 0; b < inputs.size(); ++b)
        by_path[inputs[a].first][inputs[b].first] = blocks[a][b];
    return by_path;
  }
}
template <class F, std::size_t N> auto hessian(F&& f, const Tensor (&x)[N], const VerbOptions& options = {}) {
  return hessian(f, std::to_array(x), options);
}

}  // namespace xg
