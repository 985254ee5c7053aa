#include <fmt/core.h>

#include <xgrad/core/error.hpp>
#include <xgrad/core/parallel.hpp>

int main() {
  xg::set_num_threads(2);
  try {
    xg::set_num_threads(0);
  } catch (const xg::ValueError& error) {
    fmt::print("{}\n", error.what());
    return xg::num_threads() == 2 ? 0 : 1;
  }
  return 1;
}
