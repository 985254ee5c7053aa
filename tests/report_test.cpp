#include <doctest/doctest.h>

#include <string>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/activation.hpp>

#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/report.hpp>

#include "support/drawing.hpp"
#include "support/folder.hpp"

using namespace xg;

namespace {

/// The page that a call writes.
template <class Write> std::string page_of(const Write& write) {
  const test::Folder folder("report");
  write(folder.path / "run.html");
  return test::bytes_of(folder.path / "run.html");
}

struct Net {
  std::vector<nn::Linear> layers{};
  Tensor operator()(Tensor x) const {
    for (const nn::Linear& layer : layers) x = relu(layer(x));
    return x;
  }
};

/// A network of so many layers.
Net net_of(int depth) {
  Net net;
  for (int i = 0; i < depth; ++i) net.layers.push_back({4, 4});
  return net;
}

/// The page of a run of a few steps.
std::string page_of_run(const Net& net, const optim::ReportOptions& options = {}) {
  optim::Adam adam{net};
  optim::Monitor monitor{net, adam, {.every = 2}};
  const Tensor x = randn({16, 4}), y = randint(0, 4, {16});
  for (int t = 0; t < 6; ++t) {
    adam.zero_grad();
    const Tensor loss = monitor.backward([&] { return nn::cross_entropy(net(x), y); });
    adam.step();
    monitor.step(loss);
  }
  return page_of([&](const auto& path) { optim::report(path, monitor, options); });
}

/// Whether what a page shows, its drawings too, is sound.
bool is_sound(const std::string& page) {
  const std::size_t begin = page.find("<main>"), end = page.find("</main>");
  return well_formed(page.substr(begin, end + 7 - begin));
}

}  // namespace

TEST_CASE("a report shows curves, layers and activations of a run, and needs no network") {
  manual_seed(1);
  const std::string page = page_of_run(net_of(3), {.title = "A & B", .text = "of a test"});
  CHECK(is_sound(page));
  CHECK(contains(page, "<h1>A &amp; B</h1>"));
  CHECK(contains(page, "<p>of a test</p>"));
  CHECK(contains(page, "<dt>steps</dt><dd>6</dd>"));
  CHECK(contains(page, "<dt>parameters</dt><dd>60</dd>"));
  CHECK(contains(page, "<dt>lr</dt><dd>0.001</dd>"));
  for (const char* part : {">loss</text>", ">Gradient norms</text>", ">Updates over weights</text>",
                           ">layers.2.weight</text>", ">Dead units</text>", ">relu after layers.1</text>"}) {
    CAPTURE(part);
    CHECK(contains(page, part));
  }
  for (const char* part : {"Confusion", "Worst", "src=", "@import", "url(", "https:"}) {
    CAPTURE(part);
    CHECK_FALSE(contains(page, part));
  }
}

TEST_CASE("a report of many layers shows them as heat maps") {
  manual_seed(1);
  const std::string page = page_of_run(net_of(12));
  CHECK(is_sound(page));
  CHECK(contains(page, ">Gradient norms, log₁₀</text>"));
  CHECK(contains(page, ">layers.11.weight</text>"));
  CHECK(contains(page, ">Dead units</text>"));
}

TEST_CASE("a report begins with the findings, or says that there are none") {
  optim::History history;
  for (int t = 0; t < 40; ++t) history.add("train/loss", t, 1.0 / (t + 1));
  const auto write = [&](const auto& path) { optim::report(path, history); };
  CHECK(contains(page_of(write), "<div class=\"note good\"><b>Nothing is wrong</b>"));
  history.add("train/loss", 40, 1e6);
  CHECK(contains(page_of(write), "<div class=\"note error\"><b>Learning rate too large: train/loss</b>"));
}

TEST_CASE("a report draws training and validation together, and curves of one's own") {
  optim::History history;
  for (int t = 0; t < 500; ++t) {
    history.add("train/accuracy", t, 1 - 1.0 / (t + 2));
    history.add("temperature", t, t);
    if (t % 100 == 99) history.add("valid/accuracy", t + 1, 0.5 + 1e-3 * t);
  }
  const std::string page = page_of([&](const auto& path) { optim::report(path, history); });
  CHECK(is_sound(page));
  CHECK(count(page, "<svg") == 2);
  CHECK(contains(page, ">accuracy</text>"));
  CHECK(contains(page, ">train</text>"));
  CHECK(contains(page, ">valid</text>"));
  CHECK(contains(page, ">temperature</text>"));
  CHECK(contains(page, "<dt>steps</dt><dd>500</dd>"));
  CHECK(contains(page, "<dt>valid/accuracy</dt><dd>0.999</dd>"));
}

TEST_CASE("a report shows the confusion matrix and the worst examples") {
  manual_seed(1);
  const Tensor scores = randn({20, 2}), labels = randint(0, 2, {20});
  const std::string page = page_of_run(
      net_of(1), {.confusion = optim::confusion_matrix(scores, labels, 2),
                  .classes = {"cat", "dog"},
                  .worst = optim::worst_examples(rand({20, 8, 8}), scores, labels, {.count = 5})});
  CHECK(is_sound(page));
  CHECK(contains(page, "cat taken for dog"));
  CHECK(count(page, "<image") == 5);
}

TEST_CASE("a report of nothing is a page, and one that cannot be written an error") {
  CHECK(
      contains(page_of([](const auto& path) { optim::report(path, optim::History{}); }), "Nothing is wrong"));
  CHECK_THROWS_AS(optim::report("/nowhere/at/all.html", optim::History{}), IoError);
}
