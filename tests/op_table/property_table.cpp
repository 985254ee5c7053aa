#include "property_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xg::test {

PropertyTable::~PropertyTable() {
  if (families_.empty()) return;
  std::string text = fmt::format("{:<12}", "rows, failed");
  for (const std::string& property : properties_) text += fmt::format(" | {:>9}", property);
  for (auto& [family, cells] : families_) {
    text += fmt::format("\n{:<12}", family);
    for (const std::string& property : properties_)
      text += fmt::format(" | {:>9}", fmt::format("{}, {}", cells[property].rows, cells[property].failed));
  }
  fmt::print("{}\n", text);
}

void PropertyTable::add(const std::string& family, const std::string& property, bool passed) {
  if (std::ranges::find(properties_, property) == properties_.end()) properties_.push_back(property);
  Cell& cell = families_[family][property];
  ++cell.rows;
  cell.failed += passed ? 0 : 1;
}

PropertyTable& property_table() {
  static PropertyTable table;
  return table;
}

}  // namespace xg::test
