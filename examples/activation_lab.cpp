// The activation lab: a new activation in one line, its derivatives proven, and the same small network trained with it
// and with three familiar ones on two interleaved spirals. Writes activation_lab.html.
//   activation_lab [--quick] [--epochs N] [--out FILE]
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <string_view>

using namespace xg;

namespace {

// The new activation. Change this line and run again.
const auto ripple =
    elementwise("ripple", [](auto x) { return x * sigmoid(x) + 0.25 * sin(2.0 * x) * exp(-0.5 * x * x); });

struct SpiralNet {
  std::function<Tensor(const Tensor&)> activation;
  int hidden;
  nn::Linear input{2, hidden};
  nn::Linear middle{hidden, hidden};
  nn::Linear output{hidden, 1};

  Tensor operator()(const Tensor& x) const { return output(activation(middle(activation(input(x))))); }
};

struct Spirals {
  Tensor points;  // [n, 2]
  Tensor labels;  // [n, 1], 0 or 1
};

Spirals make_spirals(std::int64_t arm, double noise) {
  const Tensor t = sqrt(rand({arm, 1})) * (3 * std::numbers::pi);
  const auto spiral = [&](double turn) {
    return cat({t * cos(t + turn), t * sin(t + turn)}, 1) / (3 * std::numbers::pi);
  };
  return {cat({spiral(0), spiral(std::numbers::pi)}, 0) + noise * randn({2 * arm, 2}),
          cat({zeros({arm, 1}), ones({arm, 1})}, 0)};
}

struct Run {
  std::string name;
  std::vector<double> loss{};                                            // a mini-batch each
  std::vector<std::pair<std::string, std::vector<double>>> gradients{};  // norm a layer, a mini-batch each
  double accuracy = 0, test_loss = 0, microseconds_a_step = 0;
  std::string map{};
};

// Probability of class 1 on a grid, as a picture with the samples on top.
std::string decision_picture(const SpiralNet& net, const std::string& name, const Spirals& data) {
  constexpr std::int64_t side = 120;
  const Tensor axis = linspace(-1.2, 1.2, side);
  const Tensor grid = stack({flatten(expand(reshape(axis, {1, side}), {side, side})),
                             flatten(expand(reshape(axis, {side, 1}), {side, side}))},
                            1);
  const Tensor p = no_grad([&] { return sigmoid(net(grid)); });
  std::vector<optim::LabelledPoint> points;
  for (std::int64_t i = 0; i < data.points.size(0); ++i)
    points.push_back(
        {data.points.at({i, 0}), data.points.at({i, 1}), static_cast<int>(data.labels.at({i, 0}))});
  return optim::decision_map(to_vector(p), side, side, points,
                             {.title = name, .x_range = {-1.2, 1.2}, .y_range = {-1.2, 1.2}});
}

double norm_of_gradients(const nn::Linear& layer) {
  return std::sqrt((sum(square(layer.weight.grad())) + sum(square(layer.bias.grad()))).item());
}

Run train(const std::string& name, std::function<Tensor(const Tensor&)> activation, const Spirals& training,
          const Spirals& test, int epochs) {
  manual_seed(7);  // the same start and the same batches for every activation
  SpiralNet net{std::move(activation), 32};
  optim::Adam adam{net, {.lr = 5e-3}};
  nn::DataLoader loader{nn::TensorDataset{training.points, training.labels},
                        {.batch_size = 64, .shuffle = true}};
  Run run{.name = name, .gradients = {{"input", {}}, {"middle", {}}, {"output", {}}}};
  optim::Progress bar(static_cast<std::size_t>(epochs * loader.size()),
                      {.label = fmt::format("{:>6}", name)});
  double seconds = 0;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [x, label] : loader) {
      const auto start = std::chrono::steady_clock::now();
      const Tensor loss = nn::binary_cross_entropy_with_logits(net(x), label);
      adam.zero_grad();
      loss.backward();
      adam.step();
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      run.loss.push_back(loss.item());
      run.gradients[0].second.push_back(norm_of_gradients(net.input));
      run.gradients[1].second.push_back(norm_of_gradients(net.middle));
      run.gradients[2].second.push_back(norm_of_gradients(net.output));
      bar.step({{"loss", run.loss.back()}});
    }
  }
  const NoGrad guard;
  const Tensor logits = net(test.points);
  run.test_loss = nn::binary_cross_entropy_with_logits(logits, test.labels).item();
  run.accuracy = mean(to((logits > 0) == (test.labels > 0.5), float32)).item();
  run.microseconds_a_step = 1e6 * seconds / static_cast<double>(run.loss.size());
  run.map = decision_picture(net, fmt::format("{}: {:.1f} %", name, 100 * run.accuracy), test);
  return run;
}

// Running mean, so that the curves of mini-batches can be told apart.
std::vector<double> smooth(const std::vector<double>& values) {
  std::vector<double> out;
  double state = values.empty() ? 0 : values[0];
  for (double v : values) out.push_back(state = 0.95 * state + 0.05 * v);
  return out;
}

void write_page(const std::vector<Run>& runs, const std::string& proof, const std::string& file) {
  optim::Page page("Activation lab");
  page.text(
      "A network 2-32-32-1 on two interleaved spirals, trained with Adam from the same start on the same "
      "mini-batches; only the activation differs.");
  page.heading("The new activation's derivatives").text(proof);
  std::vector<std::vector<std::string>> rows;
  std::vector<optim::Series> losses;
  for (const Run& r : runs) {
    rows.push_back({r.name, fmt::format("{:.1f}", 100 * r.accuracy), fmt::format("{:.4f}", r.test_loss),
                    fmt::format("{:.0f}", r.microseconds_a_step)});
    losses.push_back({.name = r.name, .y = smooth(r.loss)});
  }
  page.heading("Results").table({"activation", "test accuracy, %", "test loss", "time a step, µs"}, rows);
  page.heading("Loss").figure(
      optim::line_chart(losses,
                        {.title = "Training loss", .x_label = "step", .y_label = "loss", .log_y = true}),
      "Mini-batch losses, smoothed.");
  page.heading("Gradients");
  for (const Run& r : runs) {
    std::vector<optim::Series> lines;
    for (const auto& [layer, norms] : r.gradients) lines.push_back({.name = layer, .y = smooth(norms)});
    page.figure(optim::line_chart(
        lines, {.title = r.name, .x_label = "step", .y_label = "gradient norm", .log_y = true}));
  }
  page.heading("Decision boundaries");
  for (const Run& r : runs) page.figure(r.map);
  page.write(file);
}

}  // namespace

int main(int argc, char** argv) {
  int epochs = 120;
  std::string file = "activation_lab.html";
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--quick")
      epochs = 5;
    else if (option == "--epochs" && i + 1 < argc)
      epochs = std::max(1, std::atoi(argv[++i]));
    else if (option == "--out" && i + 1 < argc)
      file = argv[++i];
    else
      return fmt::print(stderr, "usage: activation_lab [--quick] [--epochs N] [--out FILE]\n"), 2;
  }

  manual_seed(3);
  const auto first = gradcheck(ripple, 2 * randn({64}), {.full_up_to = 1 << 14});
  const auto second = gradgradcheck(ripple, 2 * randn({64}), {.full_up_to = 1 << 14});
  const std::string proof = fmt::format("first derivative: {}\nsecond derivative: {}", first, second);
  fmt::print("ripple(x) = x sigmoid(x) + sin(2x) exp(-x²/2) / 4\n{}\n\n", proof);
  if (!first || !second) return 1;

  const Spirals training = make_spirals(500, 0.02), test = make_spirals(250, 0.02);
  std::vector<Run> runs;
  runs.push_back(train("ripple", ripple, training, test, epochs));
  runs.push_back(train(
      "relu", [](const Tensor& x) { return relu(x); }, training, test, epochs));
  runs.push_back(train(
      "tanh", [](const Tensor& x) { return tanh(x); }, training, test, epochs));
  runs.push_back(train(
      "gelu", [](const Tensor& x) { return gelu(x); }, training, test, epochs));

  fmt::print("\n{:<10} {:>10} {:>10} {:>14}\n", "activation", "accuracy", "loss", "time a step");
  for (const Run& r : runs)
    fmt::print("{:<10} {:>8.1f} % {:>10.4f} {:>11.0f} µs\n", r.name, 100 * r.accuracy, r.test_loss,
               r.microseconds_a_step);
  write_page(runs, proof, file);
  fmt::print("\nCurves and decision boundaries: {}\n", file);
  return 0;
}
