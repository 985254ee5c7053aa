#include <doctest/doctest.h>

#include <cmath>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/optim/early_stopping.hpp>

#include "support/same_tensors.hpp"

using namespace xg;
using optim::EarlyStopping;

namespace {

struct Net {
  nn::Linear fc{2, 2};
  nn::BatchNorm1d norm{2};
};

}  // namespace

TEST_CASE("early stopping waits for as many metrics in a row as its patience") {
  EarlyStopping stopping{Net{}, {.patience = 2}};
  CHECK_FALSE(stopping(3));
  CHECK_FALSE(stopping(4));
  CHECK_FALSE(stopping(2));
  CHECK_FALSE(stopping(2));
  CHECK(stopping(2.5));
  CHECK(stopping.stopped());
  CHECK(stopping.best() == 2);
  CHECK(stopping.best_epoch() == 3);
}

TEST_CASE("early stopping: larger is better, a least improvement, and NaN is never better") {
  EarlyStopping stopping{Net{}, {.patience = 3, .min_delta = 0.5, .maximize = true}};
  CHECK_FALSE(stopping(1));
  CHECK_FALSE(stopping(1.5));
  CHECK_FALSE(stopping(std::nan("")));
  CHECK_FALSE(stopping(1.75));
  CHECK(stopping.best_epoch() == 4);
  CHECK_FALSE(stopping(2));
  CHECK_FALSE(stopping(2.25));
  CHECK(stopping(0));
}

TEST_CASE("early stopping puts back the best weights, and the statistics that go with them") {
  Net net;
  EarlyStopping stopping{net};
  const auto fill = [&](double value) {
    for_each_leaf(net, [&](const std::string&, Tensor& t) { assign(t, full({}, value)); });
  };
  fill(1);
  stopping(0.5);
  fill(2);
  stopping(0.75);
  stopping.restore_best();
  CHECK(net.fc.weight.at({1, 1}) == 1);
  CHECK(net.norm.running_mean.at({1}) == 1);
}

TEST_CASE("early stopping goes on from its state, and refuses one that does not fit") {
  Net net, other;
  EarlyStopping first{net, {.patience = 2}}, second{other, {.patience = 2}};
  first(1);
  assign(net.fc.weight, zeros({2, 2}));
  first(2);
  second.load_state(first.state());
  CHECK(test::same_tensors(second.state(), first.state()));
  auto partial = first.state();
  partial.erase("weights.norm.running_mean");
  CHECK_THROWS_WITH_AS(second.load_state(partial), "[load_state] \"weights.norm.running_mean\" is missing",
                       StructureError);
  partial = first.state();
  partial["bad"] = zeros({2});
  CHECK_THROWS_WITH_AS(second.load_state(partial), "[load_state] \"bad\" is float32 [2]: expected int64 []",
                       StructureError);
  CHECK(test::same_tensors(second.state(), first.state()));
  CHECK(second(3));
  second.restore_best();
  CHECK(test::same_bits(other.fc.weight, first.state().at("weights.fc.weight")));
}

TEST_CASE("early stopping refuses a patience of none") {
  CHECK_THROWS_WITH_AS(EarlyStopping(Net{}, {.patience = 0}),
                       "[EarlyStopping] patience 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(EarlyStopping(Net{}, {.min_delta = -1}),
                       "[EarlyStopping] min_delta -1: expected at least 0", ValueError);
}
