#include <doctest/doctest.h>

#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/optim/plateau.hpp>

using namespace xg;
using optim::ReduceOnPlateau;

namespace {

void check_run(ReduceOnPlateau plateau, const std::vector<double>& metrics,
               const std::vector<double>& factors) {
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    CAPTURE(i);
    CHECK(plateau(metrics[i]) == doctest::Approx(factors[i]).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("ReduceOnPlateau follows PyTorch: larger is better, an absolute threshold and a cooldown") {
  check_run(
      ReduceOnPlateau({.maximize = true,
                       .factor = 0.5,
                       .patience = 3,
                       .threshold = 0.01,
                       .absolute = true,
                       .cooldown = 2}),
      {0.0,          0.0498046875, 0.099609375,  0.150390625, 0.2001953125, 0.25,         0.2998046875,
       0.349609375,  0.400390625,  0.4501953125, 0.5,         0.5498046875, 0.599609375,  0.650390625,
       0.7001953125, 0.75,         0.7998046875, 0.849609375, 0.900390625,  0.9501953125, 1.0,
       1.0,          1.0,          1.0,          1.0,         1.0,          1.0,          1.0,
       1.0,          1.0,          1.0,          0.990234375, 0.990234375,  0.990234375,  0.990234375,
       0.990234375,  0.990234375,  0.990234375,  0.990234375, 0.990234375,  0.990234375,  0.990234375,
       0.990234375,  0.990234375,  0.990234375,  0.990234375, 0.990234375,  0.990234375,  0.990234375,
       0.990234375},
      {1,     1,     1,     1,      1,      1,      1,      1,      1,      1,       1,      1,     1,
       1,     1,     1,     1,      1,      1,      1,      1,      1,      1,       1,      0.5,   0.5,
       0.5,   0.5,   0.5,   0.5,    0.25,   0.25,   0.25,   0.25,   0.25,   0.25,    0.125,  0.125, 0.125,
       0.125, 0.125, 0.125, 0.0625, 0.0625, 0.0625, 0.0625, 0.0625, 0.0625, 0.03125, 0.03125});
}

TEST_CASE("ReduceOnPlateau follows PyTorch: a lowest rate") {
  check_run(ReduceOnPlateau({.factor = 0.2, .patience = 2, .cooldown = 1, .min = 0.1}),
            {1.0,          0.5,          0.3330078125, 0.25,         0.2001953125, 0.1669921875, 0.142578125,
             0.125,        0.111328125,  0.099609375,  0.0908203125, 0.0830078125, 0.0771484375, 0.0712890625,
             0.06640625,   0.0625,       0.064453125,  0.06640625,   0.0634765625, 0.0654296875, 0.0625,
             0.064453125,  0.06640625,   0.0634765625, 0.0654296875, 0.0625,       0.064453125,  0.06640625,
             0.0634765625, 0.0654296875, 0.0625,       0.064453125,  0.06640625,   0.0634765625, 0.0654296875,
             0.0625,       0.064453125,  0.06640625,   0.0634765625, 0.0654296875, 0.0625,       0.064453125,
             0.06640625,   0.0634765625, 0.0654296875, 0.0625,       0.064453125,  0.06640625,   0.0634765625,
             0.0654296875},
            {1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             1,
             0.20000000000000004,
             0.20000000000000004,
             0.20000000000000004,
             0.20000000000000004,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992,
             0.099999999999999992});
}

TEST_CASE("the rate falls when the metric has failed to improve more often than patience allows") {
  check_run(ReduceOnPlateau({.patience = 1}), {5, 5, 4, 4, 4, 4, 4}, {1, 1, 1, 1, 0.1, 0.1, 0.01});
  check_run(ReduceOnPlateau({.patience = 0, .threshold = 0.5}), {8, 5, 2.4}, {1, 0.1, 0.1});
}

TEST_CASE("a plateau goes on where it was saved") {
  ReduceOnPlateau first({.patience = 1}), second({.patience = 1});
  for (const double metric : {5.0, 5.0}) first(metric);
  second.load_state(first.state());
  CHECK(second(5) == doctest::Approx(0.1));
  auto partial = first.state();
  partial.erase("best");
  CHECK_THROWS_WITH_AS(second.load_state(partial), "[load_state] \"best\" is missing", StructureError);
}

TEST_CASE("a plateau refuses options that make no sense") {
  CHECK_THROWS_WITH_AS(ReduceOnPlateau({.factor = 1}),
                       "[ReduceOnPlateau] factor 1: expected at least 0 and less than 1", ValueError);
  CHECK_THROWS_WITH_AS(ReduceOnPlateau({.patience = -1}),
                       "[ReduceOnPlateau] patience -1: expected at least 0", ValueError);
  CHECK_THROWS_WITH_AS(ReduceOnPlateau({.threshold = -1}),
                       "[ReduceOnPlateau] threshold -1: expected at least 0", ValueError);
}
