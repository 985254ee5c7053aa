// The table as text, JSON and a page with bars.
#include <fmt/format.h>
#include <xgrad/optim/page.hpp>
#include <xgrad/optim/svg.hpp>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "table.hpp"

namespace bench {
namespace {

namespace svg = xg::optim::svg;

std::string time_text(double nanoseconds) {
  if (nanoseconds < 1e3) return fmt::format("{:.3g} ns", nanoseconds);
  if (nanoseconds < 1e6) return fmt::format("{:.3g} us", nanoseconds / 1e3);
  return fmt::format("{:.3g} ms", nanoseconds / 1e6);
}

std::string spread_text(const Summary& s) {
  return fmt::format("{} ({}-{})", time_text(s.median), time_text(s.lowest), time_text(s.highest));
}

std::vector<std::string> header(const Table& table) {
  std::vector<std::string> cells{"workload", "unit", "xgrad"};
  for (const std::string& peer : table.peers) {
    cells.push_back(peer);
    cells.push_back(peer + " / xgrad");
  }
  cells.push_back("of the limit");
  return cells;
}

std::vector<std::string> cells(const Table& table, const Row& row) {
  std::vector<std::string> out{row.workload, row.unit, spread_text(row.time)};
  for (const std::string& peer : table.peers) {
    const auto it = row.peers.find(peer);
    if (it == row.peers.end()) {
      out.insert(out.end(), 2, "");
      continue;
    }
    out.push_back(spread_text(it->second.time));
    out.push_back(fmt::format("{:.2f}{}", it->second.ratio.median, it->second.agrees ? "" : " DIFFERS"));
  }
  out.push_back(row.of_limit ? fmt::format("{:.0f} %", 100 * *row.of_limit) : "");
  return out;
}

std::string conditions(const Table& table) {
  return fmt::format(
      "{} thread{}, {} rounds in turns on the same cores; {} of a unit, median (lowest-highest); "
      "multiply-add peak {:.1f} GFLOP/s",
      table.threads, table.threads == 1 ? "" : "s", table.rounds, clock_for(table.threads),
      table.peak_gflops);
}

// Bars of a peer's time over xgrad's, around 1.
std::string bars(const Table& table, const std::string& peer) {
  std::vector<std::pair<std::string, double>> ratios;
  std::vector<double> range{0.5, 2};
  for (const Row& row : table.rows)
    if (const auto it = row.peers.find(peer); it != row.peers.end()) {
      ratios.emplace_back(row.workload, it->second.ratio.median);
      range.push_back(it->second.ratio.median);
    }
  const double line = 18, left = 290, right = 700, top = 40;
  const double bottom = top + line * static_cast<double>(ratios.size());
  svg::Frame frame{760, bottom + 60, {}, {}, {peer + "'s time over xgrad's", "times", ""}};
  frame.x = {svg::round_out(svg::range_of(range, true), true, 6), true, left, right};
  frame.y = {{0, 1}, false, bottom, top};
  std::string out = svg::open(frame) + svg::axes(frame, svg::ticks(frame.x.range, true, 6), {}, true);
  const double one = frame.x.place(1);
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const double y = top + line * static_cast<double>(i), end = frame.x.place(ratios[i].second);
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
                       svg::number(std::min(one, end)), svg::number(y + 3), svg::number(std::abs(end - one)),
                       svg::number(line - 6), svg::colour(ratios[i].second >= 1 ? 0 : 1));
    out += svg::text(left - 8, y + line - 5, ratios[i].first, "text-anchor=\"end\"");
  }
  return out + "</svg>\n";
}

nlohmann::json as_json(const Summary& s) {
  return {{"median", s.median}, {"lowest", s.lowest}, {"highest", s.highest}};
}

nlohmann::json as_json(const Table& table) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Row& row : table.rows) {
    nlohmann::json peers = nlohmann::json::object();
    for (const auto& [name, cell] : row.peers)
      peers[name] = {
          {"nanoseconds", as_json(cell.time)}, {"ratio", as_json(cell.ratio)}, {"agrees", cell.agrees}};
    rows.push_back({{"workload", row.workload},
                    {"unit", row.unit},
                    {"nanoseconds", as_json(row.time)},
                    {"peers", peers}});
    if (row.of_limit) rows.back()["of_limit"] = *row.of_limit;
  }
  return {{"threads", table.threads},
          {"rounds", table.rounds},
          {"peak_gflops", table.peak_gflops},
          {"rows", rows}};
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

std::string as_text(const Table& table) {
  std::vector<std::vector<std::string>> lines{header(table)};
  for (const Row& row : table.rows) lines.push_back(cells(table, row));
  std::string out = conditions(table) + "\n\n";
  for (const auto& line : lines) {
    for (std::size_t c = 0; c < line.size(); ++c) {
      std::size_t width = 0;
      for (const auto& other : lines) width = std::max(width, other[c].size());
      out += c < 2 ? fmt::format("{:<{}}  ", line[c], width) : fmt::format("{:>{}}  ", line[c], width);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out;
}

void write_table(const Table& table, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_file(folder / "bench.txt", as_text(table));
  write_file(folder / "bench.json", as_json(table).dump(2) + "\n");
  xg::optim::Page page("Benchmarks");
  page.text(conditions(table));
  for (const std::string& peer : table.peers)
    page.figure(bars(table, peer), "Bars to the right of 1: xgrad is faster.");
  std::vector<std::vector<std::string>> rows;
  for (const Row& row : table.rows) rows.push_back(cells(table, row));
  page.table(header(table), rows);
  page.write(folder / "bench.html");
}

}  // namespace bench
