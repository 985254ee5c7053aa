#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xg {

/// Lines of cells in columns two spaces apart, the first row being the header; `sides` says where the text of each
/// column stands: '<' on the left, '>' on the right.
std::string text_table(const std::vector<std::vector<std::string>>& rows, std::string_view sides);

/// "512 B", "1.5 KiB", "3.2 GiB".
std::string human_bytes(std::int64_t bytes);
/// "45 ns", "1.25 us", "310.00 ms", "12.34 s".
std::string human_time(double nanoseconds);
/// 1234567 as "1,234,567".
std::string with_commas(std::int64_t n);

}  // namespace xg
