#include "text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xg {

std::string text_table(const std::vector<std::vector<std::string>>& rows, std::string_view sides) {
  std::vector<std::size_t> widths(sides.size());
  for (const auto& row : rows)
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      if (c > 0) line += "  ";
      line += sides[c] == '<' ? fmt::format("{:<{}}", row[c], widths[c])
                              : fmt::format("{:>{}}", row[c], widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string human_bytes(std::int64_t bytes) {
  constexpr std::int64_t kib = 1024;
  const auto b = static_cast<double>(bytes);
  if (bytes < kib) return fmt::format("{} B", bytes);
  if (bytes < kib * kib) return fmt::format("{:.1f} KiB", b / kib);
  if (bytes < kib * kib * kib) return fmt::format("{:.1f} MiB", b / (kib * kib));
  return fmt::format("{:.1f} GiB", b / (kib * kib * kib));
}

std::string human_time(double nanoseconds) {
  if (nanoseconds < 1e3) return fmt::format("{:.0f} ns", nanoseconds);
  if (nanoseconds < 1e6) return fmt::format("{:.2f} us", nanoseconds / 1e3);
  if (nanoseconds < 1e9) return fmt::format("{:.2f} ms", nanoseconds / 1e6);
  return fmt::format("{:.2f} s", nanoseconds / 1e9);
}

std::string with_commas(std::int64_t n) {
  const std::string digits = fmt::format("{}", n);
  const std::size_t first = n < 0 ? 1 : 0;
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace xg
