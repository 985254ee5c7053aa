#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "program.hpp"

namespace bench {

/// The programs of all libraries: bench_<name> in one folder.
struct Programs {
  std::filesystem::path folder;
  std::set<std::string> peers;  ///< without xgrad

  std::filesystem::path path(const std::string& name) const;
};
Programs find_programs(const std::filesystem::path& folder);

/// What makes a peer fastest, on the first `threads` cores: tcmalloc, and on several threads the BLAS whose
/// threads suit OpenMP.
Launch best_launch(int threads);

/// Names up to their first '/', or to the end of `only` if that is longer, of the workloads that a program has.
std::set<std::string> find_groups(const std::filesystem::path& program, std::string_view only);

/// As people write it: libtorch for torch.
std::string written(const std::string& peer);

}  // namespace bench
