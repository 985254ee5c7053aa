#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "../core/tensor.hpp"

namespace xg::nn {

struct CsvOptions {
  bool header = true;  ///< the first line names the columns; otherwise "0", "1", ... do
  char delimiter = ',';
  std::vector<std::string> columns = {};  ///< which ones, in this order; all if empty; others may hold text
  Dtype dtype = float32;
};

struct Csv {
  Tensor values;                     ///< [rows, columns]
  std::vector<std::string> columns;  ///< their names
};

/// A table of numbers. Fields may stand in "quotes"; blanks around a field, empty lines, a byte order mark and
/// Windows' line ends are passed over. "nan" and "inf" are numbers, an empty field is none.
/// Throws  IoError '[read_csv] data.csv, line 7, column "age": "old" is not a number', and likewise for lines
/// of different lengths, unclosed quotes, columns that do not exist, and files that cannot be read.
Csv read_csv(const std::filesystem::path& path, const CsvOptions& options = {});
/// The same from text.
Csv parse_csv(std::string_view text, const CsvOptions& options = {});

}  // namespace xg::nn
