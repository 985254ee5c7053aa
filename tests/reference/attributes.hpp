#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <xgrad/core/shape.hpp>

namespace xg::test {

/// The named arguments of a case. What is absent or null has the default given here. It remembers what was
/// asked for, so that an argument that nobody passes on is found out.
class Attributes {
 public:
  explicit Attributes(nlohmann::json values) : values_(std::move(values)) {}

  bool has(const std::string& name) const;
  /// Without a default the argument must be there. The strings "inf" and "-inf" are numbers too.
  double number(const std::string& name) const;
  double number(const std::string& name, double otherwise) const;
  std::int64_t integer(const std::string& name) const;
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  bool flag(const std::string& name, bool otherwise = false) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  /// One integer or a list of them; absent means none.
  std::vector<std::int64_t> integers(const std::string& name) const;
  Dims dims(const std::string& name) const { return Dims(std::span<const std::int64_t>(integers(name))); }
  /// One integer for all N axes, or N of them.
  template <std::size_t N>
  std::array<std::int64_t, N> each(const std::string& name, std::int64_t otherwise) const {
    std::array<std::int64_t, N> all;
    all.fill(otherwise);
    const std::vector<std::int64_t> given = integers(name);
    for (std::size_t i = 0; i < N && !given.empty(); ++i) all[i] = given[given.size() == 1 ? 0 : i];
    return all;
  }
  Attributes nested(const std::string& name) const;
  /// What has another form than the above; null if it is absent.
  const nlohmann::json& json(const std::string& name) const;

  /// For an argument that has no influence in this call.
  void ignore(const std::string& name) const { read_.insert(name); }

  /// The first argument that was never asked for.
  std::optional<std::string> unread() const;

 private:
  nlohmann::json values_;
  mutable std::set<std::string> read_;
};

}  // namespace xg::test
