#include "csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "../core/create.hpp"
#include "file.hpp"

namespace xg::nn {
namespace {

std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r") {
  const std::size_t begin = text.find_first_not_of(blanks);
  return begin == text.npos ? std::string_view()
                            : text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

/// Cuts a text into lines and lines into fields, and knows where it is.
class CsvReader {
 public:
  CsvReader(std::string name, std::string_view text, char delimiter)
      : name_(std::move(name)), text_(text), delimiter_(delimiter) {
    // Not what separates fields.
    std::erase(blanks_, delimiter);
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  /// The fields of the next line that is not empty; false at the end.
  bool next(std::vector<std::string>& fields) {
    while (!text_.empty()) {
      line_ += lines_in_record_;
      lines_in_record_ = 1;
      const std::string_view rest = text_.substr(0, text_.find('\n'));
      if (!trimmed(rest, blanks_).empty()) {
        read_record(fields);
        return true;
      }
      text_.remove_prefix(std::min(text_.size(), rest.size() + 1));
    }
    return false;
  }

  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> text, const Args&... args) const {
    throw IoError(fmt::format("[read_csv] {}, line {}{}", name_, line_,
                              fmt::vformat(text, fmt::make_format_args(args...))));
  }

 private:
  void read_record(std::vector<std::string>& fields) {
    fields.clear();
    do fields.push_back(read_field());
    while (take(delimiter_));
    if (!text_.empty() && !take('\n')) fail(": text follows after a closing quote");
  }

  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::string read_field() {
    const std::size_t begin = text_.find_first_not_of(blanks_);
    if (begin != text_.npos && text_[begin] == '"') {
      text_.remove_prefix(begin + 1);
      return read_quoted();
    }
    const std::size_t end = text_.find_first_of(std::string{delimiter_, '\n'});
    const std::string field(trimmed(text_.substr(0, end)));
    text_.remove_prefix(std::min(end, text_.size()));
    return field;
  }

  // A doubled quote stands for one; line ends may stand inside.
  std::string read_quoted() {
    std::string field;
    do {
      const std::size_t end = text_.find('"');
      if (end == text_.npos) fail(": a quote is not closed");
      field += text_.substr(0, end);
      text_.remove_prefix(end + 1);
      if (text_.starts_with('"')) field += '"';
    } while (take('"'));
    lines_in_record_ += static_cast<std::size_t>(std::ranges::count(field, '\n'));
    text_.remove_prefix(std::min(text_.size(), text_.find_first_not_of(blanks_)));
    return field;
  }

  std::string name_;
  std::string_view text_;
  char delimiter_;
  std::string blanks_ = " \t\r";
  std::size_t line_ = 1, lines_in_record_ = 0;
};

std::optional<double> to_number(std::string_view field) {
  field = trimmed(field);
  if (field.starts_with('+') && !field.starts_with("+-")) field.remove_prefix(1);
  double value;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return {};
  return value;
}

std::vector<std::string> numbered(std::size_t n) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n; ++i) names.push_back(std::to_string(i));
  return names;
}

std::vector<std::size_t> positions_of(const CsvReader& reader, const std::vector<std::string>& wanted,
                                      const std::vector<std::string>& names) {
  std::vector<std::size_t> positions;
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
      reader.fail(": there is no column \"{}\"; the columns are \"{}\"", name, fmt::join(names, "\", \""));
    positions.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return positions;
}

Csv parse(std::string name, std::string_view text, const CsvOptions& options) {
  if (std::string_view("\"\r\n").find(options.delimiter) != std::string_view::npos)
    throw ValueError("[read_csv] a quote or a line end cannot be the delimiter");
  CsvReader reader(std::move(name), text, options.delimiter);
  std::vector<std::string> fields;
  bool more = reader.next(fields);
  if (!more) reader.fail(": there is no {} in it", options.header ? "header" : "row");
  const std::vector<std::string> names = options.header ? fields : numbered(fields.size());
  const std::vector<std::string>& chosen = options.columns.empty() ? names : options.columns;
  const std::vector<std::size_t> positions = positions_of(reader, chosen, names);
  if (options.header) more = reader.next(fields);

  std::vector<double> values;
  std::int64_t rows = 0;
  for (; more; more = reader.next(fields), ++rows) {
    if (fields.size() != names.size())
      reader.fail(": {} fields, but the first line has {}", fields.size(), names.size());
    for (const std::size_t position : positions) {
      const std::optional<double> value = to_number(fields[position]);
      if (!value)
        reader.fail(", column \"{}\": \"{}\" is not a number{}", names[position], fields[position],
                    fields[position].empty() ? "; write nan where a value is missing" : "");
      values.push_back(*value);
    }
  }
  return {from_values(std::span<const double>(values), {rows, static_cast<std::int64_t>(positions.size())},
                      {.dtype = options.dtype}),
          chosen};
}

}  // namespace

Csv read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  return parse(path.string(), InputFile("read_csv", path).read_all(), options);
}

Csv parse_csv(std::string_view text, const CsvOptions& options) { return parse("text", text, options); }

}  // namespace xg::nn
