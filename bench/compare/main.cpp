// Measures xgrad and every peer that was built, in turns, and prints them side by side.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <stdexcept>

#include "machine.hpp"
#include "options.hpp"
#include "parts.hpp"
#include "speed.hpp"

int main(int argc, char** argv) try {
  using namespace bench;
  const Options options = parse_options(argc, argv);
  const Programs programs = find_programs(std::filesystem::canonical("/proc/self/exe").parent_path());
  const auto wanted = [&](const char* part) { return std::ranges::count(options.parts, part) > 0; };
  const std::string conditions = describe_machine();
  std::vector<Section> sections;
  bool agree = true;
  if (wanted("speed")) {
    const Table table = measure_speed(options, programs);
    sections.push_back(speed_section(table, options.rounds));
    agree = all_agree(table);
  }
  if (wanted("threads")) sections.push_back(threads_section(programs));
  if (wanted("cost")) std::ranges::move(cost_sections(programs), std::back_inserter(sections));
  if (!options.readme.empty()) put_into(options.readme, as_markdown(conditions, sections));
  if (wanted("growth")) std::ranges::move(growth_sections(programs), std::back_inserter(sections));
  std::fputs((options.markdown ? as_markdown(conditions, sections) : as_text(conditions, sections)).c_str(),
             stdout);
  write_report(conditions, sections, options.out);
  fmt::print(stderr, "written to {}\n", std::filesystem::absolute(options.out).string());
  if (!agree) fmt::print(stderr, "some results differ: see the rows with DIFFERS or OTHER BITS\n");
  return agree ? 0 : 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 2;
}
