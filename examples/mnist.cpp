// Handwritten digits: an MLP and LeNet-5 on MNIST's IDX files.
//   mnist --data DIR [--epochs N] [--batch N|all] [--model mlp|lenet|both] [--out DIR]   train, test; writes weights and a report
//   ... --resume                                            go on after Ctrl-C, a crash, or with more epochs
//   mnist --data DIR --load FILE --model mlp|lenet          test saved weights
//   mnist --quick                                           two epochs on digits it draws itself
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

using namespace xg;

namespace {

struct Mlp {
  nn::Linear fc1{784, 128};
  nn::Linear fc2{128, 10};
  Tensor operator()(const Tensor& x) const { return fc2(relu(fc1(flatten(x, 1)))); }
};

/// LeCun et al. 1998, with ReLU and max-pooling.
struct LeNet5 {
  nn::Conv2d conv1{1, 6, 5, {.padding = {2, 2}}};
  nn::Conv2d conv2{6, 16, 5};
  nn::MaxPool2d pool{2};
  nn::Linear fc1{400, 120};
  nn::Linear fc2{120, 84};
  nn::Linear fc3{84, 10};
  Tensor operator()(const Tensor& x) const {
    const Tensor features = pool(relu(conv2(pool(relu(conv1(x))))));
    return fc3(relu(fc2(relu(fc1(flatten(features, 1))))));
  }
};

/// Ten seven-segment digits, shifted and noisy: something to run on where MNIST is not at hand.
nn::Mnist draw_digits(std::int64_t training, std::int64_t test) {
  // Segments: top, upper left, upper right, middle, lower left, lower right, bottom; {row, column, height, width}.
  constexpr int box[7][4] = {{5, 8, 2, 10}, {5, 8, 9, 2},   {5, 16, 9, 2}, {13, 8, 2, 10},
                             {13, 8, 9, 2}, {13, 16, 9, 2}, {21, 8, 2, 10}};
  constexpr int lit[10] = {0b1110111, 0b0100100, 0b1011101, 0b1101101, 0b0101110,
                           0b1101011, 0b1111011, 0b0100101, 0b1111111, 0b1101111};
  const auto draw = [&](std::int64_t n) {
    Tensor images = uniform({n, 1, 28, 28}, 0, 0.3);
    const Tensor labels = randint(0, 10, {n}), shifts = randint(-3, 4, {n, 2});
    float* pixels = images.mutable_data<float>();
    for (std::int64_t i = 0; i < n; ++i)
      for (int s = 0; s < 7; ++s) {
        if (!(lit[static_cast<int>(labels.at({i}))] >> s & 1)) continue;
        const auto [row, column, height, width] = box[s];
        for (int r = 0; r < height; ++r)
          for (int c = 0; c < width; ++c) {
            const auto y = row + r + static_cast<int>(shifts.at({i, 0})),
                       x = column + c + static_cast<int>(shifts.at({i, 1}));
            pixels[i * 784 + y * 28 + x] += 0.7F;
          }
      }
    return std::pair(images, labels);
  };
  auto [train_images, train_labels] = draw(training);
  auto [test_images, test_labels] = draw(test);
  return {train_images, train_labels, test_images, test_labels};
}

struct Options {
  std::string data, load, model = "both";
  std::filesystem::path out = ".";
  std::int64_t epochs = 10, batch = 64;  // a batch of 0: all
  bool quick = false, resume = false;
};

const optim::Metrics metrics = {{"accuracy", optim::accuracy}};

/// False if it was interrupted.
template <class Net> bool train_and_save(const std::string& name, const nn::Mnist& data, const Options& o) {
  manual_seed(1);
  Net net;
  fmt::print("{}\n{}\n", name, summary(net));
  optim::Adam adam{net, {.lr = 1e-3}};
  optim::Monitor monitor{net};
  const nn::TensorDataset training{data.train_images, data.train_labels};
  nn::DataLoader train{training, {.batch_size = o.batch > 0 ? o.batch : training.size(), .shuffle = true}};
  nn::DataLoader test{nn::TensorDataset{data.test_images, data.test_labels}, {.batch_size = 250}};
  const auto run = optim::fit(net, train, test, nn::cross_entropy, adam,
                              {.epochs = o.epochs,
                               .metrics = metrics,
                               .monitor = &monitor,
                               .checkpoint = o.out / (name + ".run.safetensors"),
                               .checkpoint_every = 500,
                               .resume = o.resume});
  if (run.ended == optim::Ended::interrupted) {
    fmt::print("{}: interrupted after {} steps; go on with --resume\n", name, run.steps);
    return false;
  }
  const auto weights = o.out / (name + ".safetensors"), page = o.out / (name + ".html");
  save_safetensors(weights, net);
  const Tensor scores = no_grad([&] { return net(data.test_images); });
  optim::report(page, run.history, monitor,
                {.title = name + " on handwritten digits",
                 .confusion = optim::confusion_matrix(scores, data.test_labels, 10),
                 .worst = optim::worst_examples(data.test_images, scores, data.test_labels)});
  fmt::print("{}: {:.2f} % of {} test digits, weights in {}, what one can see of the run in {}\n\n", name,
             100 * run.history.last("valid/accuracy"), data.test_labels.numel(), weights.string(),
             page.string());
  return true;
}

template <class Net>
void load_and_test(const std::string& name, const nn::Mnist& data, const std::filesystem::path& file) {
  Net net;
  load_safetensors(file, net);
  nn::DataLoader test{nn::TensorDataset{data.test_images, data.test_labels}, {.batch_size = 250}};
  fmt::print("{}: {:.2f} % of {} test digits with the weights of {}\n", name,
             100 * optim::evaluate(net, test, nn::cross_entropy, metrics).at("accuracy"),
             data.test_labels.numel(), file.string());
}

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--quick" || name == "--resume") {
      (name == "--quick" ? o.quick : o.resume) = true;
      continue;
    }
    if (i + 1 == argc) throw ValueError(fmt::format("[mnist] {} lacks its value", name));
    const std::string value = argv[++i];
    if (name == "--data")
      o.data = value;
    else if (name == "--load")
      o.load = value;
    else if (name == "--model")
      o.model = value;
    else if (name == "--out")
      o.out = value;
    else if (name == "--batch")
      o.batch = std::atoi(value.c_str());  // "all" is 0
    else if (name == "--epochs")
      o.epochs = std::max(1, std::atoi(value.c_str()));
    else
      throw ValueError(fmt::format("[mnist] unknown option {}: see the top of examples/mnist.cpp", name));
  }
  if (o.data.empty() && !o.quick)
    if (const char* folder = std::getenv("XGRAD_MNIST_DIR")) o.data = folder;
  return o;
}

}  // namespace

int main(int argc, char** argv) try {
  Options o = parse(argc, argv);
  manual_seed(11);
  const nn::Mnist data = o.quick ? draw_digits(1500, 300) : nn::load_mnist(o.data);
  if (o.quick) o.epochs = 2;
  if (!o.load.empty()) {
    if (o.model == "mlp")
      load_and_test<Mlp>("mlp", data, o.load);
    else
      load_and_test<LeNet5>("lenet", data, o.load);
    return 0;
  }
  const bool mlp_done = o.model == "lenet" || train_and_save<Mlp>("mlp", data, o);
  const bool done = mlp_done && (o.model == "mlp" || train_and_save<LeNet5>("lenet", data, o));
  return done ? 0 : 1;
} catch (const xg::Error& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 1;
}
