#pragma once
/// Which code of xgrad computes an op of the reference set. A family's rows stand in <family>.cpp.

#include <array>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <xgrad/core/operand.hpp>
#include <xgrad/core/tensor.hpp>

#include "attributes.hpp"

namespace xg::test {

/// Thrown where xgrad has no such op, or not with these arguments.
struct NotImplemented : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One call of an op: its arguments by place or by name, and its attributes.
class Call : public Attributes {
 public:
  Call(std::vector<std::string> names, std::vector<Tensor> inputs, nlohmann::json attributes)
      : Attributes(std::move(attributes)), names_(std::move(names)), inputs_(std::move(inputs)) {}

  /// Input number i, which must be there.
  const Tensor& operator[](std::size_t i) const;
  /// An input by its role; undefined if it is absent.
  Tensor find(const std::string& name) const;
  std::size_t size() const { return inputs_.size(); }
  /// The inputs whose role is `prefix` and a number: t0, t1, ...
  std::vector<Tensor> list(const std::string& prefix) const;

  /// The first input or attribute that the op was not given.
  std::optional<std::string> unread() const;

 private:
  std::vector<std::string> names_;
  std::vector<Tensor> inputs_;
  mutable std::set<std::size_t> used_;
};

/// What an op returns, in the reference's order.
struct Outputs : std::vector<Tensor> {
  Outputs(Tensor y) : vector{std::move(y)} {}
  Outputs(std::vector<Tensor> all) : vector(std::move(all)) {}
  Outputs(std::initializer_list<Tensor> all) : vector(all) {}
  template <std::size_t N> Outputs(const std::array<Tensor, N>& all) : vector(all.begin(), all.end()) {}
};

using Op = std::function<Outputs(const Call&)>;

/// Adds rows to the table, from a namespace-scope constant.
class OpsOf {
 public:
  OpsOf(std::initializer_list<std::pair<const std::string, Op>> rows);
};

/// Null if the table has no such op.
const Op* find_op(const std::string& name);

inline Op unary(Tensor (*f)(const Tensor&)) {
  return [f](const Call& c) { return f(c[0]); };
}
inline Op binary(Tensor (*f)(const Operand&, const Operand&)) {
  return [f](const Call& c) { return f(c[0], c[1]); };
}
inline Op binary(Tensor (*f)(const Tensor&, const Tensor&)) {
  return [f](const Call& c) { return f(c[0], c[1]); };
}

}  // namespace xg::test
