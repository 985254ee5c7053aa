#include "attributes.hpp"

#include <fmt/format.h>

#include <limits>
#include <xgrad/core/error.hpp>

namespace xg::test {
namespace {

double to_number(const nlohmann::json& value) {
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  return value.get<double>();
}

}  // namespace

const nlohmann::json& Attributes::json(const std::string& name) const {
  static const nlohmann::json null;
  read_.insert(name);
  const auto it = values_.find(name);
  return it == values_.end() ? null : *it;
}

bool Attributes::has(const std::string& name) const { return !json(name).is_null(); }

double Attributes::number(const std::string& name) const {
  if (!has(name)) throw ValueError(fmt::format("[reference] the argument '{}' is missing", name));
  return to_number(json(name));
}

double Attributes::number(const std::string& name, double otherwise) const {
  return has(name) ? number(name) : otherwise;
}

std::int64_t Attributes::integer(const std::string& name) const {
  return static_cast<std::int64_t>(number(name));
}

std::int64_t Attributes::integer(const std::string& name, std::int64_t otherwise) const {
  return has(name) ? integer(name) : otherwise;
}

bool Attributes::flag(const std::string& name, bool otherwise) const {
  return has(name) ? json(name).get<bool>() : otherwise;
}

std::string Attributes::text(const std::string& name, const std::string& otherwise) const {
  return has(name) ? json(name).get<std::string>() : otherwise;
}

std::vector<std::int64_t> Attributes::integers(const std::string& name) const {
  if (!has(name)) return {};
  const nlohmann::json& value = json(name);
  if (value.is_array()) return value.get<std::vector<std::int64_t>>();
  return {value.get<std::int64_t>()};
}

Attributes Attributes::nested(const std::string& name) const {
  return Attributes(has(name) ? json(name) : nlohmann::json::object());
}

std::optional<std::string> Attributes::unread() const {
  for (const auto& [name, value] : values_.items())
    if (!value.is_null() && !read_.contains(name)) return name;
  return {};
}

}  // namespace xg::test
