#include "page.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>

#include "../core/error.hpp"
#include "svg.hpp"

namespace xg::optim {
namespace {

using svg::escape;

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --line: #d8dee4; --card: #f7f8fa;
  --good: #1a8f4c; --warning: #b87503; --error: #cf3434; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7eb; --soft: #9aa4b0; --paper: #14171c; --line: #333a43; --card: #1b1f26;
    --good: #3fb870; --warning: #dfa233; --error: #f26d6d; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.25; letter-spacing: -0.01em; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.5rem 0 0.5rem; }
p { max-width: 72ch; margin: 0.5rem 0 1rem; white-space: pre-line; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 1.25rem;
  margin: 1.25rem 0; align-items: start; }
figure { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
figure:last-child:nth-child(odd) { grid-column: 1 / -1; }
figure > svg { display: block; margin: 0 auto; }
figcaption { color: var(--soft); font-size: 0.9rem; line-height: 1.45; margin-top: 0.6rem; }
.note { margin: 0.75rem 0; padding: 0.8rem 1.1rem; background: var(--card); border: 1px solid var(--line);
  border-left: 5px solid var(--tone); border-radius: 8px; }
.note b { color: var(--tone); }
.note p { max-width: 100ch; margin: 0.25rem 0 0; }
.note p + p { color: var(--soft); }
.good { --tone: var(--good); } .warning { --tone: var(--warning); } .error { --tone: var(--error); }
.facts { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.25rem 0; padding: 0; }
.facts div { padding: 0.7rem 1.2rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.facts dt { color: var(--soft); font-size: 0.85rem; }
.facts dd { margin: 0; font-size: 1.45rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; margin: 1.25rem 0; }
table { border-collapse: collapse; font-size: 0.95rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.4rem 0.9rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; border-bottom-width: 2px; }
.number { text-align: right; }
@media print { figure { break-inside: avoid; } }
)";

bool is_number(const std::string& cell) {
  double value;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return error == std::errc() && (end == cell.data() + cell.size() || std::string_view(end) == "%");
}

std::string cell_html(std::string_view tag, const std::string& words, bool number) {
  return fmt::format("<{0}{1}>{2}</{0}>", tag, number ? " class=\"number\"" : "", escape(words));
}

std::string errno_text() { return std::generic_category().message(errno); }

}  // namespace

std::string table_html(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows) {
  std::vector<bool> numeric(header.size(), !rows.empty());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].size() != header.size()) {
      throw ShapeError(fmt::format("[table] row {} has {} cells, the header {}: give as many of both", r,
                                   rows[r].size(), header.size()));
    }
    for (std::size_t c = 0; c < header.size(); ++c) numeric[c] = numeric[c] && is_number(rows[r][c]);
  }
  std::string out = "<div class=\"table\"><table>\n<thead><tr>";
  for (std::size_t c = 0; c < header.size(); ++c) out += cell_html("th", header[c], numeric[c]);
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) out += cell_html("td", row[c], numeric[c]);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

Page::Page(std::string title) : title_(std::move(title)) {}

void Page::leave_figures() {
  if (in_figures_) body_ += "</div>\n";
  in_figures_ = false;
}

Page& Page::heading(std::string_view words) {
  leave_figures();
  body_ += fmt::format("<h2>{}</h2>\n", escape(words));
  return *this;
}

Page& Page::text(std::string_view words) {
  leave_figures();
  body_ += fmt::format("<p>{}</p>\n", escape(words));
  return *this;
}

Page& Page::note(Tone tone, std::string_view title, std::string_view words, std::string_view remedy) {
  leave_figures();
  const std::string_view name = tone == Tone::good ? "good" : tone == Tone::warning ? "warning" : "error";
  const std::string last = remedy.empty() ? "" : fmt::format("<p>{}</p>", escape(remedy));
  body_ += fmt::format("<div class=\"note {}\"><b>{}</b><p>{}</p>{}</div>\n", name, escape(title),
                       escape(words), last);
  return *this;
}

Page& Page::facts(const std::vector<std::pair<std::string, std::string>>& values_by_name) {
  leave_figures();
  body_ += "<dl class=\"facts\">";
  for (const auto& [name, value] : values_by_name)
    body_ += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
  body_ += "</dl>\n";
  return *this;
}

Page& Page::figure(std::string_view svg, std::string_view caption) {
  if (!in_figures_) body_ += "<div class=\"figures\">\n";
  in_figures_ = true;
  const std::string below =
      caption.empty() ? "" : fmt::format("<figcaption>{}</figcaption>", escape(caption));
  body_ += fmt::format("<figure>\n{}{}</figure>\n", svg, below);
  return *this;
}

Page& Page::table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  const std::string html = table_html(header, rows);
  leave_figures();
  body_ += html;
  return *this;
}

std::string Page::html() const {
  const std::string title = escape(title_);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n<h1>{}</h1>\n{}{}</main>\n</body>\n</"
      "html>\n",
      title, style, title, body_, in_figures_ ? "</div>\n" : "");
}

void Page::write(const std::filesystem::path& path) const {
  const auto fail = [&path](const std::string& why) {
    throw IoError(
        fmt::format("[page] cannot write \"{}\": {}; check the folder and its rights", path.string(), why));
  };
  std::filesystem::path partial = path;
  partial += fmt::format(".{}.partial", ::getpid());
  std::ofstream file(partial, std::ios::binary);
  if (!file) fail(errno_text());
  file << html();
  file.close();
  std::error_code error;
  if (!file) {
    const std::string why = errno_text();
    std::filesystem::remove(partial, error);
    fail(why);
  }
  std::filesystem::rename(partial, path, error);
  if (!error) return;
  std::error_code ignored;
  std::filesystem::remove(partial, ignored);
  fail(error.message());
}

}  // namespace xg::optim
