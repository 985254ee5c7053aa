// A neural ordinary differential equation: from noisy looks at one swing of a pendulum, a spiral in the plane of angle
// and speed, a network learns the law of its motion, through the steps of a Runge-Kutta solver. Writes
// neural_ode.html with its own swings, of another start too.
//   neural_ode [--steps N] [--out FILE]
//   neural_ode --quick
// Source  Chen et al. 2018, arXiv:1806.07366.
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <string>
#include <vector>

#include "arguments.hpp"

using namespace xg;

namespace {

constexpr double interval = 0.1;      // between two looks
constexpr std::int64_t looks = 200;   // at the trajectory
constexpr std::int64_t stretch = 15;  // looks in a sample

struct Law {
  std::int64_t width;
  nn::Linear fc1{2, width}, fc2{width, width}, fc3{width, 2};
  Tensor operator()(const Tensor& y) const { return fc3(tanh(fc2(tanh(fc1(y))))); }
};

// The law to be found: a pendulum with friction, of which y holds the angle and the speed.
Tensor true_law(const Tensor& y) {
  const Tensor angle = y[{ellipsis, 0}], speed = y[{ellipsis, 1}];
  return stack({speed, -sin(angle) - 0.2 * speed}, -1);
}

// The way of dy/dt = law(y) from y [n, 2], in the classical method of order 4; [steps + 1, n, 2].
template <class F> Tensor integrate(const F& law, Tensor y, std::int64_t steps, double dt = interval) {
  std::vector<Tensor> way{y};
  for (std::int64_t i = 0; i < steps; ++i) {
    const Tensor k1 = law(y), k2 = law(y + dt / 2 * k1), k3 = law(y + dt / 2 * k2), k4 = law(y + dt * k3);
    way.push_back(y = y + dt / 6 * (k1 + 2 * (k2 + k3) + k4));
  }
  return stack(way);
}

optim::Series line(const std::string& name, const Tensor& way, std::size_t colour, bool dashed) {
  return {.name = name,
          .x = to_vector(way[{ellipsis, 0}]),
          .y = to_vector(way[{ellipsis, 1}]),
          .dashed = dashed,
          .colour = colour};
}

}  // namespace

int main(int argc, char** argv) try {
  Arguments arguments(argc, argv);
  const bool quick = arguments.flag("quick");
  const int steps = arguments.number("steps", quick ? 500 : 2000);
  const std::string out = arguments.text("out", "neural_ode.html");
  arguments.finish();

  manual_seed(1);
  const Tensor start = tensor({{2.5, 0}}), elsewhere = tensor({{0, 1.5}});
  const auto true_way = [](const Tensor& from) {
    return slice(integrate(true_law, from, looks * 10, interval / 10), 0, {}, {}, 10);
  };
  const Tensor truth = squeeze(true_way(start), 1);
  const Tensor seen = truth + 0.01 * randn(truth.shape());

  Law law{32};
  optim::Adam adam{law, {.lr = 1e-2}};
  const optim::Schedule rate = optim::cosine(steps, 0.02);
  optim::Series curve{.name = "loss"};
  for (int step = 0; step < steps; ++step) {
    // Stretches of what was seen, [stretch + 1, 32, 2].
    const Tensor at = unsqueeze(arange(stretch + 1), 1) + randint(0, looks - stretch, {1, 32});
    const Tensor sample = seen[at];
    const Tensor loss = nn::l1_loss(integrate(law, sample[0], stretch), sample);
    adam.zero_grad();
    loss.backward();
    adam.scale_lr(rate(step));
    adam.step();
    curve.y.push_back(loss.item());
    if ((step + 1) % 100 == 0) fmt::print("step {:4}: loss {:.4f}\n", step + 1, loss.item());
  }

  const NoGrad guard;
  const Tensor learned = squeeze(integrate(law, start, looks), 1);
  const double distance = mean(norm(learned - truth, 2, {1})).item(),
               radius = mean(norm(truth, 2, {1})).item();
  optim::Page page("A neural differential equation");
  page.text(
      fmt::format("The learned trajectory is {:.3f} from the true one in the mean; their radius is {:.2f}.",
                  distance, radius));
  page.figure(optim::line_chart(
      {line("true", truth, 0, true), line("learned", learned, 0, false),
       line("never seen, true", true_way(elsewhere), 1, true),
       line("never seen, learned", integrate(law, elsewhere, looks), 1, false)},
      {.title = "Trajectories", .x_label = "angle", .y_label = "speed", .width = 560, .height = 520}));
  page.figure(optim::line_chart({curve}, {.title = "Loss", .x_label = "step", .log_y = true}));
  page.write(out);
  fmt::print("mean distance of the trajectories {:.3f}, mean radius {:.2f}; pictures in {}\n", distance,
             radius, out);
  return distance < 0.1 * radius ? 0 : 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 2;
}
