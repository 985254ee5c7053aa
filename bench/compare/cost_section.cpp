// What there is to pay beside time: memory, start, size, compiling.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>

#include "alone.hpp"
#include "parts.hpp"
#include "samples.hpp"

namespace bench {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> libraries{"xgrad", "torch"};

struct Line {
  std::string what, goal;
  std::vector<std::optional<double>> values{};  // xgrad's, libtorch's
  std::string (*text)(double) = time_text;
};

std::string count_text(double count) { return fmt::format("{:.3g}", count); }

void add_line(Section& section, const Line& line) {
  std::vector<std::string> row{line.what, line.goal};
  for (const auto& value : line.values) row.push_back(value ? line.text(*value) : "");
  const auto& own = line.values[0];
  const auto& peer = line.values[1];
  row.push_back(own && peer && *peer > 0 ? fmt::format("{:.3g}", *own / *peer) : "");
  section.rows.push_back(std::move(row));
  for (std::size_t i = 0; i < libraries.size(); ++i)
    if (line.values[i]) section.data[line.what][libraries[i]] = *line.values[i];
}

// value(program) of the trivial programs that are there.
std::vector<std::optional<double>> of_trivial(const Programs& programs, double (*value)(const fs::path&)) {
  std::vector<std::optional<double>> all;
  for (const std::string& library : libraries) {
    const fs::path program = programs.folder / fmt::format("user_{}_trivial", library);
    all.push_back(fs::exists(program) ? std::optional<double>(value(program)) : std::nullopt);
  }
  return all;
}

const std::vector<std::string> header{"", "goal", "xgrad", "libtorch", "ratio"};

Section memory_section(const Programs& programs) {
  Section section{"memory", "Memory of training",
                  "One thread, a process for each workload; steady means after three steps.", header};
  for (const char* workload : {"mlp/64/adam", "cnn/64/adam", "gpt/12/adamw"}) {
    std::vector<Alone> runs;
    for (const std::string& library : libraries)
      if (fs::exists(programs.path(library))) {
        fmt::print(stderr, "memory: {} {}\n", workload, library);
        runs.push_back(run_alone(programs, library, workload));
      }
    const auto values = [&](double Alone::*member) {
      std::vector<std::optional<double>> all(libraries.size());
      for (std::size_t i = 0; i < runs.size(); ++i) all[i] = runs[i].*member;
      return all;
    };
    add_line(section, {fmt::format("{}: peak memory", workload), "ratio 0.35", values(&Alone::peak_bytes),
                       bytes_text});
    add_line(section, {fmt::format("{}: page faults a steady step", workload), "",
                       values(&Alone::page_faults), count_text});
    add_line(section, {fmt::format("{}: allocations from the system a steady step", workload),
                       "0",
                       {runs[0].system_allocations, std::nullopt},
                       count_text});
  }
  return section;
}

double start_time(const fs::path& program) {
  std::vector<double> times;
  for (int i = 0; i < 21; ++i) times.push_back(1e9 * run_program(program, {}).seconds);
  return summarise(times).median;
}

// The shared libraries that a program loads, as its loader lists them: name => file (address).
double loaded_bytes(const fs::path& program) {
  std::istringstream lines(run_program(program, {}, {{"LD_TRACE_LOADED_OBJECTS=1"}}).output);
  auto bytes = static_cast<double>(fs::file_size(program));
  for (std::string word; lines >> word;)
    if (word.starts_with('/') && fs::exists(word)) bytes += static_cast<double>(fs::file_size(word));
  return bytes;
}

// Compiles a file again by its command from the build, which ccache must not answer.
std::optional<Finished> compile(const fs::path& build, const std::string& file) {
  std::ifstream list(build / "compile_commands.json");
  if (!list) return {};
  for (const auto& entry : nlohmann::json::parse(list)) {
    if (!entry.at("file").get<std::string>().ends_with(file)) continue;
    const std::string command = entry.at("command").get<std::string>() + " -o /dev/null";
    fmt::print(stderr, "compile: {}\n", file);
    return run_program("/bin/sh",
                       {"-c", fmt::format("cd {} && {}", entry.at("directory").get<std::string>(), command)},
                       {{"CCACHE_DISABLE=1"}});
  }
  return {};
}

Section user_section(const Programs& programs) {
  Section section{"user", "What a user waits for",
                  "A trivial program squares a tensor and walks back; the file to compile has a model, an "
                  "activation of its "
                  "own and a training step.",
                  header};
  add_line(section, {"start to end of a trivial program", "5 ms", of_trivial(programs, start_time)});
  add_line(section, {"a trivial program and all libraries that it loads", "",
                     of_trivial(programs, loaded_bytes), bytes_text});
  if (const fs::path whole = programs.folder / "libxgrad_whole.so"; fs::exists(whole))
    add_line(section, {"shared library, stripped",
                       "8 MB",
                       {static_cast<double>(fs::file_size(whole)), std::nullopt},
                       bytes_text});
  std::vector<std::optional<double>> times(libraries.size()), memories(libraries.size());
  for (std::size_t i = 0; i < libraries.size(); ++i)
    if (const auto compiled =
            compile(programs.folder.parent_path(), fmt::format("user/{}_model.cpp", libraries[i]))) {
      times[i] = 1e9 * compiled->processor_seconds;
      memories[i] = 1024.0 * static_cast<double>(compiled->peak_kilobytes);
    }
  add_line(section, {"compiling a file: processor time", "ratio 0.25", times});
  add_line(section, {"compiling a file: memory", "ratio 0.25", memories, bytes_text});
  return section;
}

}  // namespace

std::vector<Section> cost_sections(const Programs& programs) {
  return {memory_section(programs), user_section(programs)};
}

}  // namespace bench
