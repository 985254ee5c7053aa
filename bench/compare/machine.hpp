#pragma once

#include <string>

namespace bench {

/// Date, processor, system, compiler and load, for the report.
std::string describe_machine();

/// Bytes that programs could still get.
double available_memory();

}  // namespace bench
