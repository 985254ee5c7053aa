#include <doctest/doctest.h>

#include <limits>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/optim/history.hpp>

using namespace xg;
using optim::History;

TEST_CASE("a history keeps the points of each curve in their order") {
  History history;
  history.add("train/loss", 1, 0.5);
  history.add("valid/loss", 2, 0.4);
  history.add("train/loss", 2, 0.25);
  REQUIRE(history.find("train/loss"));
  CHECK(history.find("train/loss")->step == std::vector<double>{1, 2});
  CHECK(history.find("train/loss")->value == std::vector<double>{0.5, 0.25});
  CHECK(history.find("train/accuracy") == nullptr);
  CHECK(history.curves().size() == 2);
  CHECK(history.last("train/loss") == 0.25);
  CHECK_THROWS_WITH_AS(history.last("lr"), "[History] there is no curve \"lr\"", ValueError);
}

TEST_CASE("a history comes back from its tensors to the last bit, in place of what was there") {
  History history;
  history.add("loss", 1, 0.1);
  history.add("loss", 2, std::numeric_limits<double>::infinity());
  history.add("lr", 1, 1.0 / 3);
  History other;
  other.add("something else", 1, 1);
  other.load_state(history.state());
  CHECK(other.curves().size() == 2);
  CHECK(other.find("loss")->value == history.find("loss")->value);
  CHECK(other.find("lr")->value.front() == 1.0 / 3);
  CHECK(other.find("loss")->step == std::vector<double>{1, 2});
}

TEST_CASE("a history refuses tensors that are no curves and stays as it was") {
  History history;
  history.add("loss", 1, 0.1);
  const auto load = [&](const Tensor& points) { history.load_state({{"a", zeros({2, 1})}, {"lr", points}}); };
  CHECK_THROWS_WITH_AS(load(zeros({3}, {.dtype = float64})),
                       "[load_state] the curve \"lr\" is float64 [3]: expected [2, points]", StructureError);
  CHECK_THROWS_WITH_AS(load(zeros({2, 3}, {.dtype = int64})),
                       "[load_state] the curve \"lr\" is int64 [2, 3]: expected [2, points]", StructureError);
  CHECK(history.curves().size() == 1);
  CHECK(history.find("loss")->value == std::vector<double>{0.1});
}
