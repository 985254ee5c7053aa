#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// A part of the report: a table with a few words, and drawings for the page.
struct Section {
  std::string name, title, note;
  std::vector<std::string> header{};
  std::vector<std::vector<std::string>> rows{};
  std::vector<std::pair<std::string, std::string>> figures{};  // SVG and what it shows
  nlohmann::json data{};
};

std::string as_text(const std::string& conditions, const std::vector<Section>& sections);
std::string as_markdown(const std::string& conditions, const std::vector<Section>& sections);
/// Replaces what stands between <!-- benchmarks --> and <!-- end of benchmarks --> in a file.
/// Throws  std::runtime_error if it lacks the marks.
void put_into(const std::filesystem::path& file, const std::string& markdown);
/// Writes bench.txt, bench.md, bench.json and bench.html.
void write_report(const std::string& conditions, const std::vector<Section>& sections,
                  const std::filesystem::path& folder);

/// With three digits and a fitting unit.
std::string time_text(double nanoseconds);
std::string bytes_text(double bytes);

}  // namespace bench
