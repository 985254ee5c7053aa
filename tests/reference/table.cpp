#include "table.hpp"

#include <fmt/format.h>

#include <xgrad/core/error.hpp>

namespace xg::test {
namespace {

std::map<std::string, Op>& table() {
  static std::map<std::string, Op> ops;
  return ops;
}

}  // namespace

const Tensor& Call::operator[](std::size_t i) const {
  if (i >= inputs_.size())
    throw ValueError(fmt::format("[reference] input {} is missing, the case has {}", i, inputs_.size()));
  used_.insert(i);
  return inputs_[i];
}

Tensor Call::find(const std::string& name) const {
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) return (*this)[i];
  return {};
}

std::vector<Tensor> Call::list(const std::string& prefix) const {
  std::vector<Tensor> found;
  for (Tensor x; (x = find(fmt::format("{}{}", prefix, found.size()))).defined();) found.push_back(x);
  return found;
}

std::optional<std::string> Call::unread() const {
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (!used_.contains(i)) return fmt::format("input '{}'", names_[i]);
  if (const auto name = Attributes::unread()) return fmt::format("argument '{}'", *name);
  return {};
}

OpsOf::OpsOf(std::initializer_list<std::pair<const std::string, Op>> rows) {
  for (const auto& [name, op] : rows)
    if (!table().emplace(name, op).second)
      throw std::logic_error(fmt::format("two rows for the op '{}'", name));
}

const Op* find_op(const std::string& name) {
  const auto it = table().find(name);
  return it == table().end() ? nullptr : &it->second;
}

}  // namespace xg::test
