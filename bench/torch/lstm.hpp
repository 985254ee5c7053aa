#pragma once

#include <string>

#include "../workload.hpp"

namespace bench {

void add_lstm(const std::string& name, const Lstm& lstm);

}  // namespace bench
