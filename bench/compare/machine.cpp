#include "machine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <thread>

namespace bench {
namespace {

// What stands behind `key` and a separator in the first such line of a file.
std::string find_value(const char* file, const std::string& key, char separator) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key)) return line.substr(line.find(separator) + 1);
  return "";
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \"");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \"") + 1 - begin);
}

}  // namespace

std::string describe_machine() {
  std::string load;
  std::ifstream("/proc/loadavg") >> load;
  return fmt::format("{:%d %B %Y}; {} ({} cores); {}; compiler {}; load {} before the run.",
                     fmt::gmtime(std::time(nullptr)), trimmed(find_value("/proc/cpuinfo", "model name", ':')),
                     std::thread::hardware_concurrency(),
                     trimmed(find_value("/etc/os-release", "PRETTY_NAME", '=')), __VERSION__, load);
}

double available_memory() {
  const std::string kilobytes = find_value("/proc/meminfo", "MemAvailable", ':');
  return kilobytes.empty() ? 0 : 1024 * std::stod(kilobytes);
}

}  // namespace bench
