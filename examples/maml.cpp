// Learning to learn: a network's start and its learning rate are trained so that three
// steps of gradient descent on ten points of a new sine wave are enough. The steps are recorded, and the loss after them is
// differentiated through them. Writes maml.html with a wave that was never seen.
//   maml [--steps N] [--out FILE]
//   maml --quick
// Source  Finn et al. 2017, arXiv:1703.03400; learned rates Li et al. 2017, arXiv:1707.09835.
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <numbers>
#include <string>
#include <vector>

#include "arguments.hpp"

using namespace xg;

namespace {

constexpr std::int64_t shots = 10;  // points of a wave to learn from
constexpr int depth = 3;            // steps of gradient descent
constexpr std::int64_t waves = 8;   // in a step

struct Net {
  nn::Linear fc1{1, 40}, fc2{40, 40}, fc3{40, 1};
  Tensor operator()(const Tensor& x) const { return fc3(tanh(fc2(tanh(fc1(x))))); }
};

struct Wave {
  double amplitude = uniform({}, 0.1, 5).item(), phase = uniform({}, 0, std::numbers::pi).item();
  Tensor operator()(const Tensor& x) const { return amplitude * sin(x + phase); }
};

Tensor draw_points(std::int64_t n) { return uniform({n, 1}, -5, 5); }

// All that is learned: where to start, and how far to go.
struct Learner {
  Net start;
  Tensor rate = scalar(0.01, {.requires_grad = true});

  // The network after some steps of gradient descent on these points, as a function of the start and the rate.
  Net adapted(const Tensor& x, const Tensor& y, int steps) const {
    optim::SGD sgd{start, {.lr = rate}};
    Net net = start;
    for (int i = 0; i < steps; ++i)
      net = sgd.recorded_step(net, grad(nn::mse_loss(net(x), y), net, {.create_graph = true}));
    return net;
  }
};

// The mean error on new points of many waves, each learned from ten points in so many steps.
double error_after(const Learner& learner, int steps) {
  constexpr int count = 100;
  manual_seed(99);
  double total = 0;
  for (int i = 0; i < count; ++i) {
    const Wave wave;
    const Tensor x = draw_points(shots), test = draw_points(100);
    total += nn::mse_loss(learner.adapted(x, wave(x), steps)(test), wave(test)).item();
  }
  return total / count;
}

std::string picture(const Learner& learner) {
  manual_seed(7);
  const Wave wave;
  const Tensor x = draw_points(shots), axis = reshape(linspace(-5, 5, 200), {200, 1});
  std::vector<optim::Series> lines{
      {.name = "the wave", .x = to_vector(axis), .y = to_vector(wave(axis)), .dashed = true}};
  for (const int steps : {0, 1, depth})
    lines.push_back({.name = fmt::format("after {} steps", steps),
                     .x = to_vector(axis),
                     .y = to_vector(learner.adapted(x, wave(x), steps)(axis))});
  return optim::line_chart(lines, {.title = "A new wave, of which 10 points are given", .x_label = "x"});
}

}  // namespace

int main(int argc, char** argv) try {
  Arguments arguments(argc, argv);
  const bool quick = arguments.flag("quick");
  const int steps = arguments.number("steps", quick ? 400 : 4000);
  const std::string out = arguments.text("out", "maml.html");
  arguments.finish();

  manual_seed(1);
  Learner learner;
  const Learner untrained = clone(learner);
  optim::Adam adam{learner, {.lr = 3e-3}};
  const optim::Schedule rate = optim::cosine(steps, 0.05);
  optim::Series curve{.name = "after three steps of descent"};
  for (int step = 0; step < steps; ++step) {
    Tensor loss = scalar(0);
    for (std::int64_t i = 0; i < waves; ++i) {
      const Wave wave;
      const Tensor x = draw_points(shots), test = draw_points(shots);
      loss = loss + nn::mse_loss(learner.adapted(x, wave(x), depth)(test), wave(test)) / waves;
    }
    adam.zero_grad();
    loss.backward();
    optim::clip_grad_norm(learner, 10);
    adam.scale_lr(rate(step));
    adam.step();
    curve.y.push_back(loss.item());
    if ((step + 1) % 200 == 0)
      fmt::print("step {:4}: loss {:.3f}, rate {:.4f}\n", step + 1, loss.item(), learner.rate.item());
  }

  fmt::print("\nmean error on new waves\nsteps   learned start   random start\n");
  std::vector<std::vector<std::string>> rows;
  for (const int n : {0, 1, 2, depth}) {
    rows.push_back({std::to_string(n), fmt::format("{:.3f}", error_after(learner, n)),
                    fmt::format("{:.3f}", error_after(untrained, n))});
    fmt::print("{:>5}{:>16}{:>15}\n", rows.back()[0], rows.back()[1], rows.back()[2]);
  }
  optim::Page page("Learning to learn");
  page.table({"steps", "learned start", "random start"}, rows).figure(picture(learner));
  page.figure(
      optim::line_chart({curve}, {.title = "Training", .x_label = "step", .y_label = "loss", .log_y = true}));
  page.write(out);
  fmt::print("pictures in {}\n", out);
  return error_after(learner, depth) < 0.5 * error_after(untrained, depth) ? 0 : 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 2;
}
