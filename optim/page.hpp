#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xg::optim {

/// A table as HTML; cells that are numbers stand on the right.
/// Throws  ShapeError if a row has another number of cells than the header.
std::string table_html(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows);

/// The colour of a note.
enum class Tone : std::uint8_t { good, warning, error };

/// A self-contained HTML page of headings, paragraphs, figures and tables, for light and for dark screens.
/// Texts are shown as they are: markup in them is escaped. Figures that follow one another share a row if
/// they fit.
class Page {
 public:
  explicit Page(std::string title);

  Page& heading(std::string_view words);
  Page& text(std::string_view words);

  /// A box with a title, a text, and what to do about it, if there is something.
  Page& note(Tone tone, std::string_view title, std::string_view words, std::string_view remedy = "");

  /// Short values in large type, each over its name.
  Page& facts(const std::vector<std::pair<std::string, std::string>>& values_by_name);

  /// Adds a drawing of this library (or any SVG element) with a line of text below it.
  Page& figure(std::string_view svg, std::string_view caption = "");

  /// Throws  ShapeError as table_html.
  Page& table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

  std::string html() const;

  /// Writes the page in one step: other programs see the old file or the whole new one.
  /// Throws  IoError if the file cannot be written; an old file is then left as it was.
  void write(const std::filesystem::path& path) const;

 private:
  void leave_figures();

  std::string title_;
  std::string body_;
  bool in_figures_ = false;
};

}  // namespace xg::optim
