#pragma once

#include <map>
#include <string>

namespace bench {

/// One line of the table. `flops` counts a multiply-add as two; `bytes` is the least that must move to and from
/// memory; both are of one step.
struct Workload {
  std::string name, unit{};
  double units = 1, flops = 0, bytes = 0;
  std::map<std::string, double> at_most{};  // what xgrad's time should be, in times of a peer's
};

/// Throws  std::invalid_argument for a name that is not in the list.
const Workload& find_workload(const std::string& name);

}  // namespace bench
