#pragma once

#include "peers.hpp"
#include "section.hpp"

namespace bench {

/// Two threads while another process keeps one of the cores busy.
Section threads_section(const Programs& programs);
/// Memory of training; start, size and compile time.
std::vector<Section> cost_sections(const Programs& programs);
/// Time and memory against size.
std::vector<Section> growth_sections(const Programs& programs);

}  // namespace bench
