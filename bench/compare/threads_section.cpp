#include <fmt/format.h>

#include <cstdio>

#include "alone.hpp"
#include "parts.hpp"

namespace bench {

Section threads_section(const Programs& programs) {
  Section section{
      "threads", "Beside a busy process",
      "Training steps of xgrad on one and on two threads, and on two while another process keeps the second "
      "core busy. Goal: no step takes more than 1.5 times the median on one thread."};
  section.header = {"workload",     "1 thread",      "2 threads", "gain", "2 threads, busy core",
                    "longest step", "times 1 thread"};
  if (first_cores(2).size() < 2) return section;
  for (const char* workload : {"mlp/64/adam", "mlp/256/adam", "small_mlp/10000/adam", "cnn/64/adam",
                               "residual/32", "lenet/64/adam", "lstm/50x32", "gpt/12/adamw"}) {
    fmt::print(stderr, "threads: {}\n", workload);
    const Alone one = run_alone(programs, "xgrad", workload, 1),
                two = run_alone(programs, "xgrad", workload, 2);
    const BusyNeighbour neighbour(first_cores(2)[1]);
    const Alone beside = run_alone(programs, "xgrad", workload, 2);
    const double gain = one.nanoseconds / two.nanoseconds, longest = beside.slowest / one.nanoseconds;
    section.rows.push_back({workload, time_text(one.nanoseconds), time_text(two.nanoseconds),
                            fmt::format("{:.2f}", gain), time_text(beside.nanoseconds),
                            time_text(beside.slowest), fmt::format("{:.2f}", longest)});
    section.data.push_back({{"workload", workload}, {"gain", gain}, {"beside_longest_ratio", longest}});
  }
  return section;
}

}  // namespace bench
