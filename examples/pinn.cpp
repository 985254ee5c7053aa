// A differential equation solved by a network: Burgers' equation, u_t + u u_x = nu u_xx, of which the network is
// told the values at the start and at both ends. Inside it only learns to obey the equation, for which its own
// derivatives are taken, the second one too. Writes pinn.html with the solution and its error.
//   pinn [--adam STEPS] [--lbfgs STEPS] [--out FILE]
//   pinn --quick
// Source  Raissi et al. 2019, doi.org/10.1016/j.jcp.2018.10.045.
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <string>
#include <vector>

#include "arguments.hpp"

using namespace xg;

namespace {

constexpr double nu = 0.02;

// A front that travels to the right.
Tensor exact(const Tensor& x, const Tensor& t) { return 0.5 - 0.5 * tanh((x - 0.5 * t) / (4 * nu)); }

struct Solution {
  std::int64_t width;
  nn::Linear fc1{2, width}, fc2{width, width}, fc3{width, width}, fc4{width, 1};

  Tensor operator()(const Tensor& x, const Tensor& t) const {
    return fc4(tanh(fc3(tanh(fc2(tanh(fc1(cat({x, t}, 1))))))));
  }
};

// How far the network is from the equation at each point [n, 1].
Tensor residual(const Solution& u, const Tensor& x, const Tensor& t) {
  const Tensor value = u(x, t);
  const std::vector<Tensor> slopes = grad({sum(value)}, {x, t}, {.create_graph = true});
  const Tensor u_xx = grad(sum(slopes[0]), x, {.create_graph = true});
  return slopes[1] + value * slopes[0] - nu * u_xx;
}

constexpr TensorOptions as_double{.dtype = float64};

// Points in space and time, x from -1 to 1 and t from 0 to 1.
struct Points {
  Tensor x, t;
};

Points inside(std::int64_t n) {
  return {uniform({n, 1}, -1, 1, {.dtype = float64, .requires_grad = true}),
          uniform({n, 1}, 0, 1, {.dtype = float64, .requires_grad = true})};
}

// A third at the start, and a third at each end.
Points border(std::int64_t n) {
  const std::int64_t third = n / 3;
  return {cat({uniform({third, 1}, -1, 1, as_double), full({third, 1}, -1, as_double),
               ones({third, 1}, as_double)}),
          cat({zeros({third, 1}, as_double), rand({2 * third, 1}, as_double)})};
}

struct Check {
  Tensor solution, error;  // on a lattice, a row a time
  double relative;         // norm of the error over that of the exact solution
};

Check check(const Solution& u, std::int64_t n) {
  const NoGrad guard;
  const Tensor x = reshape(repeat(linspace(-1, 1, n, as_double), {n}), {-1, 1});
  const Tensor t = reshape(expand(linspace(0, 1, n, as_double)[{slice(), newaxis}], {n, n}), {-1, 1});
  const Tensor solution = u(x, t), truth = exact(x, t);
  return {reshape(solution, {n, n}), reshape(solution - truth, {n, n}),
          (norm(solution - truth) / norm(truth)).item()};
}

void write_page(const Check& result, const optim::Series& loss, const std::string& file) {
  const std::int64_t n = result.solution.size(0);
  const auto size = static_cast<std::size_t>(n);
  const std::vector<double> x = to_vector(linspace(-1, 1, n, as_double));
  std::vector<optim::Series> lines;
  for (const double time : {0.0, 0.5, 1.0}) {
    const auto row = static_cast<std::int64_t>(time * static_cast<double>(n - 1));
    const Tensor u = select(result.solution, 0, row);
    const std::size_t colour = lines.size() / 2;
    lines.push_back({.name = fmt::format("t = {}", time), .x = x, .y = to_vector(u), .colour = colour});
    lines.push_back({.name = fmt::format("t = {}, exact", time),
                     .x = x,
                     .y = to_vector(u - select(result.error, 0, row)),
                     .dashed = true,
                     .colour = colour});
  }
  optim::Page page("Burgers' equation");
  page.text(fmt::format("The relative error of the solution is {:.2e}.", result.relative));
  page.figure(optim::line_chart(lines, {.title = "Solution", .x_label = "x", .y_label = "u"}));
  page.figure(optim::line_chart({loss}, {.title = "Loss", .x_label = "step", .log_y = true}));
  const optim::HeatMapOptions axes{
      .x_label = "x", .y_label = "t", .x_range = optim::Range{-1, 1}, .y_range = optim::Range{0, 1}};
  optim::HeatMapOptions solution = axes, error = axes;
  solution.title = "Solution";
  error.title = "Error";
  error.diverging = true;
  page.figure(optim::heat_map(to_vector(result.solution), size, size, solution));
  page.figure(optim::heat_map(to_vector(result.error), size, size, error));
  page.write(file);
}

}  // namespace

int main(int argc, char** argv) try {
  Arguments arguments(argc, argv);
  const bool quick = arguments.flag("quick");
  const int adam_steps = arguments.number("adam", quick ? 300 : 500);
  const int lbfgs_steps = arguments.number("lbfgs", quick ? 10 : 50);
  const std::string out = arguments.text("out", "pinn.html");
  arguments.finish();

  manual_seed(1);
  Solution u{quick ? 16 : 32};
  to(u, float64);
  const Points in = inside(quick ? 300 : 1000), on = border(300);
  const Tensor given = exact(on.x, on.t);
  const auto loss = [&] {
    return mean(square(residual(u, in.x, in.t))) + mean(square(u(on.x, on.t) - given));
  };

  optim::Series curve{.name = "loss"};
  const auto report = [&](const char* optimizer, int step) {
    fmt::print("{:5} step {:4}: loss {:.2e}, relative error {:.2e}\n", optimizer, step, curve.y.back(),
               check(u, 50).relative);
  };
  optim::Adam adam{u, {.lr = 3e-3}};
  for (int step = 1; step <= adam_steps; ++step) {
    adam.zero_grad();
    const Tensor now = loss();
    now.backward();
    adam.step();
    curve.y.push_back(now.item());
    if (step % 200 == 0) report("Adam", step);
  }
  // The loss gets so small that LBFGS would take it for converged: it is given a multiple.
  constexpr double scale = 1e5;
  optim::LBFGS lbfgs{u, {.line_search_fn = optim::LineSearch::strong_wolfe}};
  for (int step = 1; step <= lbfgs_steps; ++step) {
    curve.y.push_back(lbfgs.step([&] { return scale * loss(); }) / scale);
    if (step % 10 == 0) report("LBFGS", step);
  }

  const Check result = check(u, 101);
  write_page(result, curve, out);
  fmt::print("relative error {:.2e}; pictures in {}\n", result.relative, out);
  return result.relative < 0.01 ? 0 : 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 2;
}
