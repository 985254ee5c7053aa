#include "options.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

constexpr const char* usage =
    "bench_compare [--threads=1,2] [--rounds=5] [--min-time=0.1] [--only=activation/mish]\n"
    "              [--parts=speed,threads,cost,growth] [--out=bench-results] [--markdown] [--readme=FILE]\n"
    "              [--quick]\n"
    "speed    every workload, xgrad and all peers in turns, on each number of threads\n"
    "threads  two threads beside another busy process\n"
    "cost     memory of training, start, size of the library, compiling\n"
    "growth   time and memory against depth, width, batch and steps\n"
    "--readme puts the tables of speed, threads and cost between the marks in a Markdown file\n"
    "--only measures the speed of some workloads; --quick runs all of them, too briefly for figures\n";

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ',');) words.push_back(word);
  return words;
}

std::vector<int> numbers(const std::string& list) {
  std::vector<int> all;
  for (const std::string& word : split(list)) all.push_back(std::stoi(word));
  return all;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value = argument.substr(std::min(argument.size(), argument.find('=') + 1));
    if (argument.starts_with("--threads="))
      o.threads = numbers(value);
    else if (argument.starts_with("--rounds="))
      o.rounds = std::stoi(value);
    else if (argument.starts_with("--min-time="))
      o.min_time = std::stod(value);
    else if (argument.starts_with("--only="))
      o.only = value, o.parts = {"speed"};
    else if (argument.starts_with("--parts="))
      o.parts = split(value);
    else if (argument.starts_with("--out="))
      o.out = value;
    else if (argument.starts_with("--readme="))
      o.readme = value;
    else if (argument == "--markdown")
      o.markdown = true;
    else if (argument == "--quick")
      o.rounds = 1, o.min_time = 1e-3, o.parts = {"speed"};
    else
      throw std::invalid_argument(usage);
  }
  const bool valid =
      !o.threads.empty() && std::ranges::min(o.threads) >= 1 && o.rounds >= 1 && o.min_time > 0;
  if (!valid) throw std::invalid_argument(usage);
  return o;
}

}  // namespace bench
