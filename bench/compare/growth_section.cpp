// Time and memory against the sizes of things, drawn.
#include <fmt/format.h>
#include <xgrad/optim/chart.hpp>

#include <cstdio>
#include <span>

#include "../workload.hpp"
#include "alone.hpp"
#include "machine.hpp"
#include "parts.hpp"

namespace bench {
namespace {

struct Axis {
  const char *name, *title;
  std::span<const std::int64_t> sizes;
  std::int64_t most_of_torch;  // seconds a step lie beyond
};

struct Lines {
  xg::optim::Series time, memory;
};

Lines measure(const Programs& programs, const std::string& name, const Axis& axis) {
  Lines lines;
  for (std::int64_t size : axis.sizes) {
    if (name == "torch" && size > axis.most_of_torch) break;
    if (!lines.memory.y.empty() && 10e6 * lines.memory.y.back() > 0.8 * available_memory()) break;
    const std::string workload = fmt::format("growth/{}/{}", axis.name, size);
    fmt::print(stderr, "{} {}\n", workload, name);
    const Alone alone = run_alone(programs, name, workload);
    lines.time.x.push_back(static_cast<double>(size));
    lines.time.y.push_back(alone.nanoseconds / 1e3);
    lines.memory.y.push_back(alone.peak_bytes / 1e6);
  }
  lines.memory.x = lines.time.x;
  lines.time.name = lines.memory.name = name == "xgrad" ? name : written(name);
  return lines;
}

Section section_of(const Axis& axis, const Programs& programs) {
  Section section{
      fmt::format("growth_{}", axis.name), axis.title,
      "Median time of a step, forward and backward on one thread, and the peak memory of its process."};
  section.header = {axis.name};
  std::vector<Lines> all{measure(programs, "xgrad", axis)};
  if (programs.peers.contains("torch")) all.push_back(measure(programs, "torch", axis));
  std::vector<xg::optim::Series> times, memories;
  for (const Lines& lines : all) {
    section.header.insert(section.header.end(), {fmt::format("{}, time", lines.time.name),
                                                 fmt::format("time / {}", axis.name), "memory"});
    times.push_back(lines.time);
    memories.push_back(lines.memory);
    section.data[lines.time.name] = {
        {axis.name, lines.time.x}, {"microseconds", lines.time.y}, {"megabytes", lines.memory.y}};
  }
  for (std::size_t i = 0; i < all[0].time.x.size(); ++i) {
    std::vector<std::string> row{fmt::format("{}", axis.sizes[i])};
    for (const Lines& lines : all) {
      const bool there = i < lines.time.y.size();
      row.push_back(there ? time_text(1e3 * lines.time.y[i]) : "");
      row.push_back(there ? time_text(1e3 * lines.time.y[i] / lines.time.x[i]) : "");
      row.push_back(there ? bytes_text(1e6 * lines.memory.y[i]) : "");
    }
    section.rows.push_back(std::move(row));
  }
  const auto chart = [&](const std::vector<xg::optim::Series>& series, const char* what) {
    const xg::optim::ChartOptions options{.title = what, .x_label = axis.name, .log_x = true, .log_y = true};
    section.figures.emplace_back(xg::optim::line_chart(series, options), "");
  };
  chart(times, "microseconds a step");
  chart(memories, "megabytes at most");
  return section;
}

}  // namespace

std::vector<Section> growth_sections(const Programs& programs) {
  const Axis axes[] = {{"depth", "Growth with the number of recorded ops", growth_depths, 1000000},
                       {"width", "Growth with the width of two layers, batch 64", growth_widths, 1 << 20},
                       {"batch", "Growth with the batch of two layers, width 256", growth_batches, 1 << 20},
                       {"steps", "Growth with the steps of an LSTM 64-128, batch 8", growth_steps, 1 << 20}};
  std::vector<Section> sections;
  for (const Axis& axis : axes) sections.push_back(section_of(axis, programs));
  return sections;
}

}  // namespace bench
