// The table of workloads: words, bars and JSON.
#include <fmt/format.h>
#include <xgrad/optim/svg.hpp>

#include <algorithm>

#include "speed.hpp"

namespace bench {
namespace {

namespace svg = xg::optim::svg;

std::string ratio_text(const PeerCell& peer) {
  return fmt::format("{:.3g} ({:.2g}-{:.2g}){}", peer.ratio.median, peer.ratio.lowest, peer.ratio.highest,
                     peer.agrees ? "" : " DIFFERS");
}

std::string goal_text(const Row& row) {
  if (!row.at_most) return "";
  const bool reached = std::ranges::all_of(
      row.cells, [&](const Cell& cell) { return cell.peer && cell.peer->ratio.median <= *row.at_most; });
  return fmt::format("{:.3g} {}", *row.at_most, reached ? "reached" : "missed");
}

std::string rate_text(const Cell& cell) {
  if (cell.gflops > 0) return fmt::format("{:.3g} GFLOP/s", cell.gflops);
  return cell.gigabytes > 0 ? fmt::format("{:.3g} GB/s", cell.gigabytes) : "";
}

std::vector<std::string> header_of(const Table& table) {
  std::vector<std::string> cells{"workload", "a unit", "peer", "goal"};
  for (int threads : table.threads) {
    const std::string on = fmt::format(", {} thread{}", threads, threads == 1 ? "" : "s");
    for (const char* column : {"xgrad", "peer", "ratio"}) cells.push_back(fmt::format("{}{}", column, on));
  }
  cells.insert(cells.end(), {"rate", "of the limit"});
  return cells;
}

std::vector<std::string> cells_of(const Row& row) {
  std::vector<std::string> out{row.workload + (row.same_bits ? "" : " OTHER BITS"), row.unit,
                               written(row.peer), goal_text(row)};
  for (const Cell& cell : row.cells) {
    out.push_back(time_text(cell.time.median));
    out.push_back(cell.peer ? time_text(cell.peer->time.median) : "");
    out.push_back(cell.peer ? ratio_text(*cell.peer) : "");
  }
  const Cell& first = row.cells.front();
  out.push_back(rate_text(first));
  out.push_back(first.of_limit ? fmt::format("{:.0f} %", 100 * *first.of_limit) : "");
  return out;
}

// Bars of xgrad's time over a peer's, around 1, with a mark at the goal.
std::string bars(const Table& table, const std::string& peer, std::size_t which) {
  std::vector<const Row*> rows;
  std::vector<double> range{0.5, 2};
  for (const Row& row : table.rows)
    if (row.peer == peer) {
      rows.push_back(&row);
      range.push_back(row.cells[which].peer->ratio.median);
      if (row.at_most) range.push_back(*row.at_most);
    }
  const double line = 18, left = 330, right = 740, top = 40;
  const double bottom = top + line * static_cast<double>(rows.size());
  const std::string title =
      fmt::format("xgrad's time over that of {}, threads: {}", written(peer), table.threads[which]);
  svg::Frame frame{800, bottom + 60, {}, {}, {title, "times; the line is the goal", ""}};
  frame.x = {svg::round_out(svg::range_of(range, true), true, 6), true, left, right};
  frame.y = {{0, 1}, false, bottom, top};
  std::string out = svg::open(frame) + svg::axes(frame, svg::ticks(frame.x.range, true, 6), {}, true);
  const auto rectangle = [&](double x, double y, double width, double height, std::string_view colour) {
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", svg::number(x),
                       svg::number(y), svg::number(width), svg::number(height), colour);
  };
  const double one = frame.x.place(1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double y = top + line * static_cast<double>(i), ratio = rows[i]->cells[which].peer->ratio.median;
    const double end = frame.x.place(ratio);
    rectangle(std::min(one, end), y + 3, std::abs(end - one), line - 6, svg::colour(ratio <= 1 ? 0 : 1));
    if (rows[i]->at_most) rectangle(frame.x.place(*rows[i]->at_most) - 1, y + 1, 2, line - 2, "currentColor");
    out += svg::text(left - 8, y + line - 5, rows[i]->workload, "text-anchor=\"end\"");
  }
  return out + "</svg>\n";
}

nlohmann::json as_json(const Summary& s) {
  return {{"median", s.median}, {"lowest", s.lowest}, {"highest", s.highest}};
}

nlohmann::json as_json(const Cell& cell, int threads) {
  nlohmann::json json{{"threads", threads}, {"nanoseconds", as_json(cell.time)}};
  if (cell.of_limit) json["of_limit"] = *cell.of_limit;
  if (cell.gflops > 0) json["gflops"] = cell.gflops;
  if (cell.peer)
    json["peer"] = {{"nanoseconds", as_json(cell.peer->time)},
                    {"ratio", as_json(cell.peer->ratio)},
                    {"agrees", cell.peer->agrees}};
  return json;
}

nlohmann::json as_json(const Table& table) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Row& row : table.rows) {
    nlohmann::json json{
        {"workload", row.workload}, {"unit", row.unit}, {"peer", row.peer}, {"same_bits", row.same_bits}};
    if (row.at_most) json["goal"] = *row.at_most;
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      json["cells"].push_back(as_json(row.cells[i], table.threads[i]));
    rows.push_back(std::move(json));
  }
  return {{"threads", table.threads}, {"peak_gflops", table.peak_gflops}, {"rows", rows}};
}

}  // namespace

Section speed_section(const Table& table, int rounds) {
  Section section{"speed", "Speed", ""};
  section.note = fmt::format(
      "Time a unit, median of {} rounds in turns on the same cores; ratios are xgrad's time over the "
      "peer's, the median "
      "with the lowest and the highest: below 1, xgrad is faster. Rate and limit on {} thread{}. "
      "Multiply-add peak {:.0f} "
      "GFLOP/s on {} thread{}.",
      rounds, table.threads[0], table.threads[0] == 1 ? "" : "s", table.peak_gflops[0], table.threads[0],
      table.threads[0] == 1 ? "" : "s");
  section.header = header_of(table);
  for (const Row& row : table.rows) section.rows.push_back(cells_of(row));
  for (std::size_t i = 0; i < table.threads.size(); ++i)
    section.figures.emplace_back(bars(table, "torch", i), "Bars to the left of 1: xgrad is faster.");
  section.data = as_json(table);
  return section;
}

}  // namespace bench
