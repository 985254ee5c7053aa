#pragma once

#include "options.hpp"
#include "peers.hpp"
#include "section.hpp"
#include "table.hpp"

namespace bench {

/// Measures every workload in turns.
Table measure_speed(const Options& options, const Programs& programs);

Section speed_section(const Table& table, int rounds);

}  // namespace bench
