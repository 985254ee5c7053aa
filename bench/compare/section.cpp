#include "section.hpp"

#include <fmt/format.h>
#include <xgrad/optim/page.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

using Cells = std::vector<std::string>;

std::vector<std::size_t> widths(const Section& section) {
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < section.header.size(); ++c) {
    all.push_back(section.header[c].size());
    for (const Cells& row : section.rows) all[c] = std::max(all[c], row[c].size());
  }
  return all;
}

std::string text_line(const Cells& cells, const std::vector<std::size_t>& wide) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c)
    line += c == 0 ? fmt::format("{:<{}}", cells[c], wide[c]) : fmt::format("  {:>{}}", cells[c], wide[c]);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

std::string as_text(const std::string& conditions, const std::vector<Section>& sections) {
  std::string out = conditions + "\n\n";
  for (const Section& s : sections) {
    out += fmt::format("{}\n{}\n\n", s.title, s.note);
    const auto wide = widths(s);
    out += text_line(s.header, wide);
    for (const Cells& row : s.rows) out += text_line(row, wide);
    out += '\n';
  }
  return out;
}

std::string as_markdown(const std::string& conditions, const std::vector<Section>& sections) {
  std::string out = conditions + "\n\n";
  for (const Section& s : sections) {
    out += fmt::format("### {}\n\n{}\n\n| {} |\n|---|", s.title, s.note, fmt::join(s.header, " | "));
    for (std::size_t c = 1; c < s.header.size(); ++c) out += "--:|";
    for (const Cells& row : s.rows) out += fmt::format("\n| {} |", fmt::join(row, " | "));
    out += "\n\n";
  }
  return out;
}

void put_into(const std::filesystem::path& file, const std::string& markdown) {
  const std::string first = "<!-- benchmarks -->\n", last = "<!-- end of benchmarks -->";
  std::stringstream content;
  content << std::ifstream(file).rdbuf();
  std::string text = content.str();
  const std::size_t begin = text.find(first), end = text.find(last);
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    throw std::runtime_error(fmt::format("{} has no marks for the tables", file.string()));
  write_file(file, text.replace(begin + first.size(), end - begin - first.size(), markdown));
}

void write_report(const std::string& conditions, const std::vector<Section>& sections,
                  const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  nlohmann::json all{{"conditions", conditions}};
  xg::optim::Page page("Benchmarks");
  page.text(conditions);
  for (const Section& s : sections) {
    all[s.name] = s.data;
    page.heading(s.title).text(s.note);
    for (const auto& [svg, caption] : s.figures) page.figure(svg, caption);
    page.table(s.header, s.rows);
  }
  write_file(folder / "bench.txt", as_text(conditions, sections));
  write_file(folder / "bench.md", as_markdown(conditions, sections));
  write_file(folder / "bench.json", all.dump(2) + "\n");
  page.write(folder / "bench.html");
}

std::string time_text(double nanoseconds) {
  if (nanoseconds < 1e3) return fmt::format("{:.3g} ns", nanoseconds);
  if (nanoseconds < 1e6) return fmt::format("{:.3g} us", nanoseconds / 1e3);
  if (nanoseconds < 1e9) return fmt::format("{:.3g} ms", nanoseconds / 1e6);
  return fmt::format("{:.3g} s", nanoseconds / 1e9);
}

std::string bytes_text(double bytes) {
  return bytes < 1e9 ? fmt::format("{:.3g} MB", bytes / 1e6) : fmt::format("{:.3g} GB", bytes / 1e9);
}

}  // namespace bench
