// A variational autoencoder: pictures become points of a plane, and any point of the plane becomes a picture.
// Writes vae.html with the loss, test pictures beside what is left of them, and a map of the plane.
//   vae [--data DIR] [--epochs N] [--out FILE]     digits of MNIST, yann.lecun.com/exdb/mnist
//   vae --quick                                    a few epochs
// Without a folder it draws its own pictures: zeros that are more or less wide and slanted.
// Source  Kingma and Welling 2014, arXiv:1312.6114.
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <string>
#include <vector>

#include "arguments.hpp"

using namespace xg;

namespace {

constexpr std::int64_t side = 28, pixels = side * side;

// The divergence of a normal distribution from the standard one.
const auto divergence = elementwise(
    "divergence", [](auto mean, auto log_var) { return 0.5 * (mean * mean + exp(log_var) - log_var - 1.0); });

struct Vae {
  std::int64_t hidden, latent = 2;
  nn::Linear encoder{pixels, hidden};
  nn::Linear mean{hidden, latent}, log_var{hidden, latent};
  nn::Linear decoder1{latent, hidden}, decoder2{hidden, hidden}, decoder3{hidden, pixels};

  // Scores of white pixels.
  Tensor decode(const Tensor& z) const { return decoder3(gelu(decoder2(gelu(decoder1(z))))); }

  // Nats a picture: what the decoder misses, and how far the codes are from a standard normal distribution.
  Tensor loss(const Tensor& x) const {
    const Tensor h = gelu(encoder(x)), m = mean(h), v = log_var(h);
    const Tensor z = m + exp(0.5 * v) * randn(m.shape());
    const Tensor missed =
        nn::binary_cross_entropy_with_logits(decode(z), x, {.reduction = nn::Reduction::sum});
    return (missed + sum(divergence(m, v))) / static_cast<double>(x.size(0));
  }
};

// Zeros as the surroundings of ellipses, [n, pixels].
Tensor draw_zeros(std::int64_t n) {
  const Tensor axis = linspace(-1, 1, side);
  const Tensor x = repeat(axis, {side}), y = flatten(expand(unsqueeze(axis, 1), {side, side}));
  const Tensor width = uniform({n, 1}, 0.15, 0.7), slant = uniform({n, 1}, -0.6, 0.6);
  const Tensor radius = sqrt(square((x + slant * y) / width) + square(y / 0.7));
  return exp(-square((radius - 1) * width / 0.12));
}

// Pictures [rows * columns, pixels] side by side.
std::string picture(const Tensor& pictures, std::int64_t rows, optim::HeatMapOptions options) {
  const std::int64_t columns = pictures.size(0) / rows;
  const Tensor whole = permute(reshape(pictures, {rows, columns, side, side}), {0, 2, 1, 3});
  options.range = optim::Range{0, 1};
  options.width = 620;
  return optim::heat_map(to_vector(whole), static_cast<std::size_t>(rows * side),
                         static_cast<std::size_t>(columns * side), options);
}

// What the decoder makes of a lattice on the plane.
Tensor map_of_codes(const Vae& net, std::int64_t n) {
  const Tensor axis = linspace(-2, 2, n);
  const Tensor lattice = stack({repeat(axis, {n}), flatten(expand(unsqueeze(axis, 1), {n, n}))}, 1);
  return sigmoid(net.decode(lattice));
}

// The loss of always giving the mean of the training pictures.
double loss_of_mean(const Tensor& training, const Tensor& test) {
  const Tensor p = clamp(mean(training, {0}, true), 1e-3, 1 - 1e-3);
  return nn::binary_cross_entropy(expand(p, test.shape()), test).item() * static_cast<double>(pixels);
}

}  // namespace

int main(int argc, char** argv) try {
  Arguments arguments(argc, argv);
  const bool quick = arguments.flag("quick");
  const std::string data = arguments.text("data", ""), out = arguments.text("out", "vae.html");
  const int epochs = arguments.number("epochs", quick ? 5 : 30);
  arguments.finish();

  manual_seed(1);
  Tensor training, test;
  if (data.empty()) {
    training = draw_zeros(quick ? 1500 : 6000);
    test = draw_zeros(500);
  } else {
    const nn::Mnist mnist = nn::load_mnist(data);
    training = flatten(mnist.train_images, 1);
    test = flatten(mnist.test_images, 1);
  }

  Vae net{quick ? 64 : 256};
  optim::Adam adam{net, {.lr = 1e-3}};
  nn::DataLoader loader{nn::TensorDataset{training}, {.batch_size = 64, .shuffle = true}};
  optim::Series training_curve{.name = "training"}, test_curve{.name = "test"};
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double total = 0;
    for (const auto& [x] : loader) {
      const Tensor loss = net.loss(x);
      adam.zero_grad();
      loss.backward();
      adam.step();
      total += loss.item();
    }
    training_curve.y.push_back(total / static_cast<double>(loader.size()));
    test_curve.y.push_back(no_grad([&] { return net.loss(test).item(); }));
    fmt::print("epoch {:2}: training loss {:.2f}, test loss {:.2f}\n", epoch, training_curve.y.back(),
               test_curve.y.back());
  }

  const NoGrad guard;
  const Tensor some = slice(test, 0, 0, 12);
  const Tensor again = sigmoid(net.decode(net.mean(gelu(net.encoder(some)))));
  const double loss = test_curve.y.back(), of_mean = loss_of_mean(training, test);
  optim::Page page("A variational autoencoder");
  page.text(fmt::format("Test loss {:.2f} nats a picture; always the mean picture: {:.2f}.", loss, of_mean));
  const optim::Range codes{-2 * 15.0 / 14, 2 * 15.0 / 14};  // to the outer edges of 15 pictures a side
  page.heading("The plane of codes")
      .figure(picture(map_of_codes(net, 15), 15, {.x_range = codes, .y_range = codes}));
  page.heading("Test pictures")
      .figure(picture(cat({some, again}), 2, {.title = "Above: given; below: decoded again"}));
  page.heading("Loss").figure(
      optim::line_chart({training_curve, test_curve}, {.x_label = "epoch", .y_label = "nats a picture"}));
  page.write(out);
  fmt::print("test loss {:.2f} nats a picture, of the mean picture {:.2f}; pictures in {}\n", loss, of_mean,
             out);
  return loss < 0.9 * of_mean ? 0 : 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 2;
}
