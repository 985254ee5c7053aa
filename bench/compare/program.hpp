#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bench {

/// Runs a program and returns what it printed; its messages go where ours go. `environment` adds NAME=value
/// to ours.
/// Throws  std::runtime_error if it cannot be started or fails.
std::string run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment = {});

/// Keeps this process, and the programs it starts, on the first `count` cores that it may use.
void stay_on_cores(int count);

}  // namespace bench
