#pragma once
// Options of the example programs: "--name value", or "--name" alone.

#include <fmt/format.h>
#include <xgrad/core/error.hpp>

#include <cstdlib>
#include <map>
#include <string>

class Arguments {
 public:
  Arguments(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
      const std::string name = argv[i];
      const bool has_value = i + 1 < argc && std::string(argv[i + 1]).rfind("--", 0) != 0;
      given_[name] = has_value ? argv[++i] : "";
    }
  }

  bool flag(const std::string& name) { return given_.erase("--" + name) == 1; }
  std::string text(const std::string& name, const std::string& otherwise) {
    const auto found = given_.extract("--" + name);
    return found ? found.mapped() : otherwise;
  }
  // A count, from 1 on.
  int number(const std::string& name, int otherwise) {
    const std::string given = text(name, std::to_string(otherwise));
    const int value = std::atoi(given.c_str());
    if (value < 1) throw xg::ValueError(fmt::format("[options] --{} {}: expected 1 or more", name, given));
    return value;
  }

  // Refuses what nobody has asked for.
  void finish() const {
    if (!given_.empty())
      throw xg::ValueError(
          fmt::format("[options] unknown: {}; see the top of the program's source", given_.begin()->first));
  }

 private:
  std::map<std::string, std::string> given_;
};
