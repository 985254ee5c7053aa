#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/confusion_chart.hpp>
#include <xgrad/optim/gallery.hpp>
#include <xgrad/optim/histogram_chart.hpp>
#include <xgrad/optim/mistakes.hpp>
#include <xgrad/optim/svg.hpp>

#include "support/drawing.hpp"

using namespace xg;

namespace {

const Tensor& target() {
  static const Tensor classes = tensor({0, 1, 2, 2, 2}, {.dtype = int64});
  return classes;
}

Tensor matrix() { return optim::confusion_matrix(tensor({0, 2, 2, 2, 1}, {.dtype = int64}), target(), 3); }

bool equal(const Tensor& a, const Tensor& b) { return all(a == b).item<bool>(); }

}  // namespace

TEST_CASE("a confusion matrix counts targets by row and predictions by column") {
  CHECK(matrix().dtype() == int64);
  CHECK(equal(matrix(), tensor({{1, 0, 0}, {0, 0, 1}, {0, 1, 2}})));
  const Tensor scores = tensor({{9, 1, 1}, {0, 1, 2}, {0, 0, 1}, {0, 1, 2}, {3, 7, 5}});
  CHECK(equal(optim::confusion_matrix(scores, target(), 3), matrix()));
  CHECK(equal(matrix() + matrix(), 2 * matrix()));
}

TEST_CASE("a confusion matrix refuses what it cannot count") {
  CHECK_THROWS_WITH_AS(
      optim::confusion_matrix(zeros({3, 2, 2}), target(), 3),
      "[confusion_matrix] prediction [3, 2, 2] and target [5]: expected [n] or [n, 3], and [n]", ShapeError);
  CHECK_THROWS_WITH_AS(optim::confusion_matrix(zeros({5, 4}), target(), 3),
                       "[confusion_matrix] prediction [5, 4] and target [5]: expected [n] or [n, 3], and [n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(optim::confusion_matrix(target(), target(), 2),
                       "[confusion_matrix] target 2: expected 0 to 1, for 2 classes", IndexError);
  CHECK_THROWS_WITH_AS(optim::confusion_matrix(target() - 1, target(), 3),
                       "[confusion_matrix] prediction -1: expected 0 to 2, for 3 classes", IndexError);
  CHECK_THROWS_AS(optim::confusion_matrix(zeros({5}), target(), 3), DtypeError);
}

TEST_CASE("the worst examples have the highest losses, NaN first of all") {
  const Tensor samples = reshape(arange(0, 5), {5, 1, 1}) + zeros({5, 2, 2});
  const auto worst = optim::worst_examples(samples, tensor({1, 5, 3, std::nan(""), 4}), {.count = 3});
  REQUIRE(worst.size() == 3);
  CHECK(worst[0].image.at({0, 0}) == 3);
  CHECK(worst[1].image.at({1, 1}) == 1);
  CHECK(worst[1].loss == 5);
  CHECK(worst[2].loss == 4);
  CHECK(optim::worst_examples(samples, zeros({5})).size() == 5);
  CHECK(optim::worst_examples(samples, zeros({5}), {.captions = {"a", "b", "c", "d", "e"}})[2].caption ==
        "c");
}

TEST_CASE("worst examples of a classifier say what was taken for what") {
  const Tensor scores = tensor({{9, 0, 0}, {0, 1, 4}, {0, 0, 1}, {0, 1, 0}, {9, 0, 0}});
  const auto worst = optim::worst_examples(zeros({5, 2, 2}), scores, target(), {.count = 4});
  std::vector<std::string> captions;
  for (const optim::Example& e : worst) captions.push_back(e.caption);
  CHECK(captions ==
        std::vector<std::string>{"2 taken for 0", "1 taken for 2", "2 taken for 1", "2, rightly"});
  CHECK(worst[0].loss == doctest::Approx(9.000247).epsilon(1e-6));
  CHECK(optim::worst_examples(zeros({5, 2, 2}), scores, target(), {.classes = {"cat", "dog", "cow"}})[0]
            .caption == "cow taken for cat");
}

TEST_CASE("worst examples refuse what does not fit") {
  CHECK_THROWS_WITH_AS(
      optim::worst_examples(zeros({4, 2, 2}), zeros({5})),
      "[worst_examples] images [4, 2, 2], losses [5] and 0 captions: expected [n, ...], [n] and n, or "
      "no captions",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      optim::worst_examples(zeros({5, 2}), zeros({5}), {.captions = {"a"}}),
      "[worst_examples] images [5, 2], losses [5] and 1 captions: expected [n, ...], [n] and n, or no "
      "captions",
      ShapeError);
  CHECK_THROWS_WITH_AS(optim::worst_examples(zeros({5, 2}), zeros({5}), {.count = -1}),
                       "[worst_examples] count -1: must not be negative", ValueError);
  CHECK_THROWS_WITH_AS(optim::worst_examples(zeros({5, 2}), zeros({5, 3}), target(), {.classes = {"a"}}),
                       "[worst_examples] 1 names for the 3 classes of scores [5, 3]: give one each",
                       ShapeError);
}

TEST_CASE("a gallery shows each picture's shades, captions and losses") {
  const Tensor grey = tensor({{0, 0.5}, {1, 0}});
  const std::string html = optim::gallery({{grey, 1.5, "a < b"}, {grey, 0.25}}, {.title = "worst"});
  CHECK(well_formed(html));
  CHECK(count(html, "<image") == 2);
  CHECK(contains(html, ">a &lt; b</text>"));
  CHECK(contains(html, ">loss 1.5</text>"));
  CHECK(contains(html, ">loss 0.25</text>"));
  CHECK(png_pixels(png_bytes(html)) ==
        std::vector<std::uint8_t>{0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255, 0, 0, 0, 255});
}

TEST_CASE("a gallery scales values that are no shades, and takes colours") {
  const std::string scaled = optim::gallery({{tensor({{-1, 3}}), 0}});
  CHECK(png_pixels(png_bytes(scaled)) == std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255, 255, 255});
  const std::string coloured = optim::gallery({{tensor({{{1}}, {{0}}, {{0.2}}}), 0}});
  CHECK(png_pixels(png_bytes(coloured)) == std::vector<std::uint8_t>{255, 0, 51, 255});
  const std::string strange = optim::gallery({{tensor({{0, std::nan(""), 1}}), 0}});
  CHECK(well_formed(strange));
}

TEST_CASE("a gallery refuses what is no picture") {
  CHECK_THROWS_WITH_AS(optim::gallery({{zeros({2, 8, 8}), 0}}),
                       "[gallery] image 0 is [2, 8, 8]: expected [height, width], or 1 or 3 channels of that",
                       ShapeError);
  CHECK_THROWS_WITH_AS(optim::gallery({{Tensor(), 0}}),
                       "[gallery] image 0 is undefined: expected [height, width], or 1 or 3 channels of that",
                       ShapeError);
  CHECK_THROWS_WITH_AS(optim::gallery({}, {.tile = 8}),
                       "[gallery] tile 8 and width 1080: expected 16 <= tile <= width", ValueError);
}

TEST_CASE("a confusion chart has a cell for each pair, with its count and each row's share that is right") {
  const std::string chart = optim::confusion_chart(matrix(), {.title = "t", .classes = {"<a>", "b", "c"}});
  CHECK(well_formed(chart));
  CHECK(count(chart, "<rect") == 9);
  CHECK(contains(chart, "<title>c taken for b\n1 of 3</title>"));
  CHECK(contains(chart, ">&lt;a&gt;</text>"));
  for (const char* right : {">100.0 %<", ">0.0 %<", ">66.7 %<"}) CHECK(contains(chart, right));
  CHECK(well_formed(optim::confusion_chart(zeros({2, 2}))));
  CHECK(well_formed(optim::confusion_chart(ones({40, 40}))));
}

TEST_CASE("a confusion chart refuses what it cannot draw") {
  CHECK_THROWS_WITH_AS(
      optim::confusion_chart(zeros({3, 2})),
      "[confusion_chart] counts [3, 2] and 0 names: expected [classes, classes] and a name each, or "
      "none",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      optim::confusion_chart(zeros({2, 2}), {.classes = {"a"}}),
      "[confusion_chart] counts [2, 2] and 1 names: expected [classes, classes] and a name each, or "
      "none",
      ShapeError);
  CHECK_THROWS_WITH_AS(optim::confusion_chart(zeros({2, 2}), {.width = 100}),
                       "[confusion_chart] width 100: at least 240 is needed", ValueError);
}

TEST_CASE("histograms stand on one axis, with a name each; empty ones are left out") {
  const std::string chart = optim::histogram_chart({{"first", {.lo = 0, .hi = 2, .counts = {5, 0, 1}}},
                                                    {"one value", {.lo = 1, .hi = 1, .counts = {7, 0}}},
                                                    {"none", {}}},
                                                   {.title = "relu"});
  CHECK(well_formed(chart));
  CHECK(contains(chart, ">first</text>"));
  CHECK(contains(chart, ">one value</text>"));
  CHECK_FALSE(contains(chart, ">none</text>"));
  CHECK(count(chart, "fill-opacity=\"0.22\"") == 2);
  CHECK_FALSE(contains(chart, "nan"));
  CHECK(well_formed(optim::histogram_chart({})));
  CHECK_THROWS_WITH_AS(optim::histogram_chart({}, {.width = 10}),
                       "[histogram_chart] width 10 and height 240: at least 160 and 120 are needed",
                       ValueError);
}
