#include "profiler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <tuple>

#include "../core/profile_log.hpp"
#include "../core/text_table.hpp"
#include "file.hpp"

namespace xg {
namespace {

using Event = detail::ProfileLog::Event;
using detail::Profiled;

const char* pass_of(const Event& e) {
  if (e.kind == Profiled::op) return e.inside_backward ? "in backward" : "forward";
  return "backward";
}

double microseconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e3; }

nlohmann::json trace_event(const Event& e) {
  nlohmann::json args = nlohmann::json::object();
  if (e.kind != Profiled::scope) args["bytes"] = e.bytes;
  if (*e.scope != '\0') args["scope"] = e.scope;
  return {{"ph", "X"},
          {"name", e.name},
          {"cat", e.kind == Profiled::scope ? "scope" : pass_of(e)},
          {"ts", microseconds(e.begin)},
          {"dur", microseconds(e.end - e.begin)},
          {"pid", 1},
          {"tid", e.thread},
          {"args", args}};
}

nlohmann::json thread_name(std::uint32_t thread) {
  return {{"ph", "M"},
          {"name", "thread_name"},
          {"pid", 1},
          {"tid", thread},
          {"args", {{"name", fmt::format("thread {}", thread)}}}};
}

}  // namespace

Profiler::Profiler() : log_(std::make_unique<detail::ProfileLog>()) {}
Profiler::~Profiler() = default;

std::vector<OpProfile> Profiler::ops() const {
  std::map<std::pair<std::string, std::string>, OpProfile> known;
  for (const Event& e : log_->events()) {
    if (e.kind == Profiled::scope) continue;
    OpProfile& row = known[{e.name, pass_of(e)}];
    ++row.calls;
    row.self_seconds += static_cast<double>(e.end - e.begin - e.inner) / 1e9;
    row.total_seconds += static_cast<double>(e.end - e.begin) / 1e9;
    row.bytes += e.bytes;
  }
  std::vector<OpProfile> rows;
  for (auto& [key, row] : known) {
    std::tie(row.op, row.pass) = key;
    rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, std::greater(), &OpProfile::self_seconds);
  return rows;
}

std::string Profiler::table() const {
  const std::vector<OpProfile> rows = ops();
  double sum = 0;
  for (const OpProfile& row : rows) sum += row.self_seconds;
  std::vector<std::vector<std::string>> cells{
      {"op", "pass", "calls", "self", "share", "total", "per call", "allocated"}};
  for (const OpProfile& row : rows)
    cells.push_back({row.op, row.pass, with_commas(row.calls), human_time(row.self_seconds * 1e9),
                     fmt::format("{:.1f} %", 100 * row.self_seconds / std::max(sum, 1e-9)),
                     human_time(row.total_seconds * 1e9),
                     human_time(row.total_seconds * 1e9 / static_cast<double>(row.calls)),
                     human_bytes(row.bytes)});
  return fmt::format("{}{} in ops, {} since the profiler began\n", text_table(cells, "<<>>>>>>"),
                     human_time(sum * 1e9), human_time(static_cast<double>(log_->now())));
}

void Profiler::write_trace(const std::filesystem::path& path) const {
  nlohmann::json events = nlohmann::json::array();
  std::uint32_t threads = 0;
  for (const Event& e : log_->events()) {
    for (; threads <= e.thread; ++threads) events.push_back(thread_name(threads));
    events.push_back(trace_event(e));
  }
  const std::string text = nlohmann::json{{"traceEvents", events}, {"displayTimeUnit", "ns"}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  AtomicFile file("write_trace", path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace xg
