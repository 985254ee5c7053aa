#include "samples.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bench {
namespace {

double nanoseconds_in(const std::string& unit) {
  if (unit == "ns") return 1;
  if (unit == "us") return 1e3;
  if (unit == "ms") return 1e6;
  return 1e9;
}

std::string without_suffix(std::string name) {
  const std::string suffix = "/real_time";
  if (name.ends_with(suffix)) name.erase(name.size() - suffix.size());
  return name;
}

}  // namespace

Summary summarise(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t n = values.size();
  return {(values[(n - 1) / 2] + values[n / 2]) / 2, values.front(), values.back()};
}

const char* clock_for(int threads) { return threads == 1 ? "cpu_time" : "real_time"; }

void add_samples(Results& results, const std::string& json, const char* clock) {
  const std::string at_most = "at_most/";
  const auto report = nlohmann::json::parse(json);
  for (const auto& entry : report.at("benchmarks")) {
    const std::string name = without_suffix(entry.at("name"));
    if (entry.value("error_occurred", false))
      throw std::runtime_error(name + ": " + entry.value("error_message", ""));
    Samples& s = results[name];
    s.nanoseconds.push_back(entry.at(clock).get<double>() * nanoseconds_in(entry.at("time_unit")));
    s.unit = entry.value("label", "");
    s.units = entry.value("units", 1.0);
    s.flops = entry.value("flops", 0.0);
    s.bytes = entry.value("bytes", 0.0);
    s.results.clear();
    for (const auto& [key, value] : entry.items()) {
      if (key.starts_with("result/")) s.results.push_back(value);
      if (key.starts_with(at_most)) s.at_most[key.substr(at_most.size())] = value;
    }
  }
}

}  // namespace bench
