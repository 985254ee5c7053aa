#include <doctest/doctest.h>

#include <csignal>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loader.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/fit.hpp>
#include <xgrad/optim/sgd.hpp>

#include "support/folder.hpp"
#include "support/message_of.hpp"
#include "support/same_tensors.hpp"

using namespace xg;
using optim::Ended;

namespace {

struct Net {
  nn::Linear fc1{4, 8};
  nn::BatchNorm1d norm{8};
  nn::Dropout drop{0.2};
  nn::Linear fc2{8, 3};
  Tensor operator()(const Tensor& x) const { return fc2(drop(relu(norm(fc1(x))))); }
};

using Loader = nn::DataLoader<nn::TensorDataset<2>>;

/// Points in three clusters.
nn::TensorDataset<2> clusters(std::int64_t n) {
  const Tensor y = randint(0, 3, {n});
  return nn::TensorDataset{randn({n, 4}) * 0.5 + to(unsqueeze(y, 1), float32), y};
}

/// A model with data, the same each time.
struct Setting {
  bool seeded = (manual_seed(3), true);  // before all that draws
  Net net;
  Loader train{clusters(44), {.batch_size = 8, .shuffle = true}};
  Loader valid{clusters(20), {.batch_size = 8}};
  optim::Adam adam{net, {.lr = 0.02}};
};

std::map<std::string, Tensor> values(const Net& net) {
  std::map<std::string, Tensor> all;
  for (const auto& [path, t] : named_tensors(net)) all.emplace(path, clone(t.detach()));
  return all;
}

/// Keeps what is written to the standard error stream.
class StandardError {
 public:
  StandardError() : before_(std::cerr.rdbuf(out_.rdbuf())) {}
  ~StandardError() { std::cerr.rdbuf(before_); }
  StandardError(const StandardError&) = delete;
  StandardError& operator=(const StandardError&) = delete;

  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
  std::streambuf* before_;
};

optim::FitOptions quiet(optim::FitOptions options) {
  options.progress = false;
  return options;
}

}  // namespace

TEST_CASE("fit is a loop that anyone could write, to the last bit") {
  Setting a, b;
  manual_seed(7);
  const optim::Schedule schedule = optim::cosine(20);
  std::int64_t step = 0;
  for (int epoch = 0; epoch < 3; ++epoch)
    for (const auto& [x, y] : a.train) {
      a.adam.scale_lr(schedule(step++));
      a.adam.zero_grad();
      nn::cross_entropy(a.net(x), y).backward();
      optim::clip_grad_norm(a.net, 0.5);
      a.adam.step();
    }
  manual_seed(7);
  const auto run = optim::fit(b.net, b.train, b.valid, nn::cross_entropy, b.adam,
                              quiet({.epochs = 3, .schedule = schedule, .clip_grad_norm = 0.5}));
  CHECK(run.ended == Ended::finished);
  CHECK(run.epochs == 3);
  CHECK(run.steps == step);
  CHECK(test::same_tensors(values(a.net), values(b.net)));
}

TEST_CASE("fit keeps curves of each step and of each validation") {
  Setting s;
  const auto run = optim::fit(s.net, s.train, s.valid, nn::cross_entropy, s.adam,
                              quiet({.epochs = 2, .metrics = {{"accuracy", optim::accuracy}}}));
  const auto steps = [&](const char* name) { return run.history.find(name)->step; };
  const std::vector<double> all = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  for (const char* name : {"train/loss", "train/accuracy", "lr", "gradient_norm"}) {
    CAPTURE(name);
    REQUIRE(run.history.find(name));
    CHECK(steps(name) == all);
  }
  CHECK(steps("valid/loss") == std::vector<double>{6, 12});
  const optim::Figures now =
      optim::evaluate(s.net, s.valid, nn::cross_entropy, {{"accuracy", optim::accuracy}});
  CHECK(run.history.last("valid/loss") == now.at("loss"));
  CHECK(run.history.last("valid/accuracy") == now.at("accuracy"));
  CHECK(run.best_epoch == 2);
  CHECK(now.at("accuracy") > 0.4);
}

TEST_CASE("accumulated batches make the same step as all of them at once") {
  Setting a, b;
  a.net.norm.training = b.net.norm.training = false;
  a.net.drop.training = b.net.drop.training = false;
  const nn::TensorDataset data = clusters(40);
  Loader small{data, {.batch_size = 4}}, large{data, {.batch_size = 16}};
  optim::SGD sgd_a{a.net, {.lr = 0.1}}, sgd_b{b.net, {.lr = 0.1}};
  const auto run_a =
      optim::fit(a.net, small, nn::cross_entropy, sgd_a, quiet({.epochs = 2, .accumulate = 4}));
  const auto run_b = optim::fit(b.net, large, nn::cross_entropy, sgd_b, quiet({.epochs = 2}));
  CHECK(run_a.steps == 6);
  CHECK(run_b.steps == 6);
  for (const auto& [path, t] : values(a.net)) CHECK(amax(abs(t - values(b.net).at(path))).item() < 1e-6);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(run_a.history.find("train/loss")->value[i] ==
          doctest::Approx(run_b.history.find("train/loss")->value[i]).epsilon(1e-5));
}

TEST_CASE("a loader with one batch of everything is gradient descent on the whole set") {
  Setting a, b;
  a.net.drop.training = b.net.drop.training = false;
  const nn::TensorDataset data = clusters(30);
  Loader whole{data, {.batch_size = data.size()}};
  optim::SGD sgd_a{a.net, {.lr = 0.1}}, sgd_b{b.net, {.lr = 0.1}};
  optim::fit(a.net, whole, nn::cross_entropy, sgd_a, quiet({.epochs = 5}));
  for (int i = 0; i < 5; ++i) {
    sgd_b.zero_grad();
    nn::cross_entropy(b.net(data.tensors()[0]), data.tensors()[1]).backward();
    sgd_b.step();
  }
  CHECK(test::same_tensors(values(a.net), values(b.net)));
}

TEST_CASE("any range of batches with a size is a loader, and any function of two tensors a loss") {
  Setting a, b;
  a.net.drop.training = b.net.drop.training = false;
  std::vector<std::pair<Tensor, Tensor>> batches;
  for (const auto& [x, y] : Loader{clusters(30), {.batch_size = 8}}) batches.emplace_back(x, y);
  const auto run = optim::fit(
      a.net, batches, [](const auto& p, const auto& t) { return nn::cross_entropy(p, t) * 2; }, a.adam,
      quiet({.epochs = 2}));
  CHECK(run.steps == 8);
  for (int epoch = 0; epoch < 2; ++epoch)
    for (const auto& [x, y] : batches) {
      b.adam.zero_grad();
      (nn::cross_entropy(b.net(x), y) * 2).backward();
      b.adam.step();
    }
  CHECK(test::same_tensors(values(a.net), values(b.net)));
}

TEST_CASE("a schedule counts steps, or epochs, and a plateau comes on top") {
  const auto rates = [](const optim::FitOptions& options) {
    Setting s;
    return optim::fit(s.net, s.train, nn::cross_entropy, s.adam, quiet(options)).history.find("lr")->value;
  };
  const auto half = optim::step_decay(1, 0.5);
  const auto by_step = rates({.schedule = half}),
             by_epoch = rates({.epochs = 2, .schedule = half, .schedule_by_epoch = true});
  CHECK(by_step[3] == 0.02 / 8);
  CHECK(by_epoch[5] == 0.02);
  CHECK(by_epoch[6] == 0.01);
  optim::ReduceOnPlateau plateau({.factor = 0.1, .patience = 0, .threshold = 1, .absolute = true});
  const auto reduced = rates({.epochs = 3, .schedule = half, .schedule_by_epoch = true, .plateau = &plateau});
  CHECK(reduced[6] == 0.01);
  CHECK(reduced[12] == doctest::Approx(0.0005));
}

TEST_CASE("early stopping ends the run and puts the best weights back") {
  Setting s;
  optim::EarlyStopping stopping{s.net, {.patience = 2}};
  std::vector<std::map<std::string, Tensor>> after;
  std::vector<double> fake = {3, 1, 2, 2, 0};
  const auto loss = [&](Net& net, const std::array<Tensor, 2>& batch) {
    const bool validating = !net.drop.training;
    return optim::Outcome(nn::cross_entropy(net(batch[0]), batch[1]),
                          {{"fake", validating ? fake[after.size()] : 0}});
  };
  const auto run = optim::fit(s.net, s.train, s.valid, loss, s.adam,
                              quiet({.epochs = 5,
                                     .early_stopping = &stopping,
                                     .watch = "valid/fake",
                                     .on_epoch = [&](optim::FitState&) { after.push_back(values(s.net)); }}));
  CHECK(run.ended == Ended::early);
  CHECK(run.epochs == 4);
  CHECK(run.best_epoch == 2);
  CHECK(test::same_tensors(values(s.net), after[1]));
  CHECK_FALSE(test::same_tensors(values(s.net), after[3]));
}

TEST_CASE("averaged weights are updated after each step, validated, and leave the model's own in place") {
  Setting a, b;
  optim::AveragedWeights average{b.net};
  manual_seed(1);
  optim::fit(a.net, a.train, nn::cross_entropy, a.adam, quiet({.epochs = 2}));
  manual_seed(1);
  const auto run = optim::fit(b.net, b.train, b.valid, nn::cross_entropy, b.adam,
                              quiet({.epochs = 2, .average = &average}));
  CHECK(test::same_tensors(values(a.net), values(b.net)));
  CHECK(average.state().at("updates").item() == 12);
  const double own = optim::evaluate(b.net, b.valid, nn::cross_entropy).at("loss");
  const auto guard = average.use();
  const double averaged = optim::evaluate(b.net, b.valid, nn::cross_entropy).at("loss");
  CHECK(run.history.last("valid/loss") == averaged);
  CHECK(averaged != own);
}

TEST_CASE("hooks see the run and may end it") {
  Setting s;
  std::int64_t steps = 0;
  const auto run = optim::fit(s.net, s.train, nn::cross_entropy, s.adam,
                              quiet({.epochs = 5,
                                     .on_step =
                                         [&](optim::FitState& state) {
                                           ++steps;
                                           CHECK(state.step == steps);
                                           CHECK(state.figures.at("loss") > 0);
                                         },
                                     .on_epoch =
                                         [&](optim::FitState& state) {
                                           CHECK(state.figures.contains("train/loss"));
                                           state.stop = state.epoch == 2;
                                         }}));
  CHECK(run.ended == Ended::stopped);
  CHECK(run.steps == 12);
  CHECK(steps == 12);
}

TEST_CASE("an interrupted run is resumed to the bits of one that was not, whatever the signal hit") {
  const auto run = [](Setting& s, std::int64_t signal_at, const std::filesystem::path& file) {
    optim::EarlyStopping stopping{s.net, {.patience = 3}};
    optim::AveragedWeights average{s.net, optim::exponential_average(0.9)};
    optim::ReduceOnPlateau plateau({.patience = 0});
    return optim::fit(s.net, s.train, s.valid, nn::cross_entropy, s.adam,
                      quiet({.epochs = 4,
                             .metrics = {{"accuracy", optim::accuracy}},
                             .schedule = optim::warm_up(5, optim::cosine(30)),
                             .plateau = &plateau,
                             .early_stopping = &stopping,
                             .average = &average,
                             .clip_grad_norm = 1,
                             .accumulate = 2,
                             .checkpoint = file,
                             .resume = true,
                             .on_step = [&](optim::FitState& state) {
                               if (state.step == signal_at) ::raise(SIGINT);
                             }}));
  };
  const test::Folder folder("fit");
  Setting whole;
  const auto expected = run(whole, -1, folder.path / "whole");
  CHECK(expected.ended == Ended::finished);
  CHECK(expected.steps == 12);
  for (std::int64_t at = 1; at < expected.steps; ++at) {
    CAPTURE(at);
    const auto file = folder.path / std::to_string(at);
    Setting left;
    const auto first = run(left, at, file);
    CHECK(first.ended == Ended::interrupted);
    CHECK(first.steps == at);
    Setting resumed;
    manual_seed(1234);
    const auto second = run(resumed, -1, file);
    CHECK(second.ended == Ended::finished);
    CHECK(second.best_epoch == expected.best_epoch);
    CHECK(test::same_tensors(second.history.state(), expected.history.state()));
    CHECK(test::same_tensors(values(resumed.net), values(whole.net)));
    CHECK(test::bytes_of(file) == test::bytes_of(folder.path / "whole"));
  }
}

TEST_CASE("a finished run that is resumed does nothing, and can be made longer") {
  const test::Folder folder("fit");
  Setting s, longer, whole;
  const auto run = [&](Setting& setting, std::int64_t epochs, const char* file) {
    return optim::fit(setting.net, setting.train, nn::cross_entropy, setting.adam,
                      quiet({.epochs = epochs, .checkpoint = folder.path / file, .resume = true}));
  };
  manual_seed(5);
  run(s, 2, "run");
  CHECK(run(longer, 2, "run").steps == 12);
  CHECK(test::same_tensors(values(longer.net), values(s.net)));
  CHECK(run(longer, 4, "run").steps == 24);
  manual_seed(5);
  run(whole, 4, "whole");
  CHECK(test::same_tensors(values(longer.net), values(whole.net)));
}

TEST_CASE("a checkpoint that does not fit is refused before anything changes") {
  const test::Folder folder("fit");
  Setting s;
  const auto before = values(s.net);
  test::write_bytes(folder.path / "run", "not a checkpoint at all");
  const auto resume = [&] {
    optim::fit(s.net, s.train, nn::cross_entropy, s.adam,
               quiet({.checkpoint = folder.path / "run", .resume = true}));
  };
  CHECK_THROWS_AS(resume(), IoError);
  CHECK(test::same_tensors(values(s.net), before));
  CHECK(test::bytes_of(folder.path / "run") == "not a checkpoint at all");
}

TEST_CASE("a loss that is not finite stops the run, names step and op, and leaves the weights") {
  Setting s;
  std::map<std::string, Tensor> before;
  std::int64_t calls = 0;
  const auto loss = [&](Net& net, const std::array<Tensor, 2>& batch) {
    const Tensor y = net(batch[0]);
    return ++calls < 9 ? mean(square(y)) : mean(log(-square(y)));
  };
  const std::string message = message_of<AnomalyError>([&] {
    optim::fit(s.net, s.train, loss, s.adam,
               quiet({.epochs = 5, .on_step = [&](optim::FitState&) { before = values(s.net); }}));
  });
  CAPTURE(message);
  CHECK(message.starts_with("[fit] step 8, epoch 2: the loss is nan: [log] of float32 [8, 3] made nan"));
  for (const auto& [path, p] : named_parameters(s.net)) CHECK(test::same_bits(p, before.at(path)));
}

TEST_CASE("gradients that are not finite stop the run before they reach the weights") {
  Setting s;
  const auto before = values(s.net);
  const auto loss = [](Net& net, const std::array<Tensor, 2>& batch) {
    return mean(sqrt(net(batch[0]) * 0));
  };
  const std::string message =
      message_of<AnomalyError>([&] { optim::fit(s.net, s.train, loss, s.adam, quiet({})); });
  CAPTURE(message);
  CHECK(message.starts_with("[fit] step 0, epoch 1: the norm of the gradients is nan: "));
  CHECK(contains(message, "sqrt"));
  for (const auto& [path, p] : named_parameters(s.net)) CHECK(test::same_bits(p, before.at(path)));
}

TEST_CASE("a monitor writes to the same history, and its steps are those of the run") {
  Setting s;
  optim::Monitor monitor{s.net, {.every = 4}};
  const auto run =
      optim::fit(s.net, s.train, nn::cross_entropy, s.adam, quiet({.epochs = 2, .monitor = &monitor}));
  REQUIRE(run.history.find("gradient_norm/fc1.weight"));
  CHECK(run.history.find("gradient_norm/fc1.weight")->step == std::vector<double>{0, 4, 8});
  CHECK(test::same_tensors(run.history.state(), monitor.history().state()));
  CHECK(monitor.steps() == 12);
}

TEST_CASE("a monitor knows of the op that ended a run") {
  Setting s;
  optim::Monitor monitor{s.net};
  const auto loss = [](Net& net, const std::array<Tensor, 2>& batch) {
    return mean(log(-square(net(batch[0]))));
  };
  CHECK_THROWS_AS(optim::fit(s.net, s.train, loss, s.adam, quiet({.monitor = &monitor})), AnomalyError);
  REQUIRE(monitor.non_finite());
  CHECK(monitor.non_finite()->op == "log");
}

TEST_CASE("a bar for each epoch counts samples and shows loss and metrics, also of the validation") {
  Setting s;
  const StandardError standard_error;
  optim::fit(s.net, s.train, s.valid, nn::cross_entropy, s.adam,
             {.epochs = 2, .metrics = {{"accuracy", optim::accuracy}}});
  const std::string text = standard_error.text();
  for (const char* part : {"epoch 1/2", "epoch 2/2", "44/44 [", "/s, loss 0.", ", accuracy 0.",
                           ", valid/accuracy 0.", ", valid/loss 0."}) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
}

TEST_CASE("fit refuses options that make no sense") {
  Setting s;
  const auto fit = [&](const optim::FitOptions& options) {
    optim::fit(s.net, s.train, nn::cross_entropy, s.adam, quiet(options));
  };
  CHECK_THROWS_WITH_AS(fit({.epochs = 0}), "[fit] epochs 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(fit({.accumulate = 0}), "[fit] accumulate 0: expected more than 0", ValueError);
  CHECK_THROWS_WITH_AS(fit({.clip_grad_norm = 0}), "[fit] clip_grad_norm 0: expected more than 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(fit({.checkpoint_every = -1}), "[fit] checkpoint_every -1: expected at least 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(fit({.checkpoint_every = 5}), "[fit] checkpoint_every needs a file: set checkpoint",
                       ValueError);
  CHECK_THROWS_WITH_AS(fit({.resume = true}), "[fit] resume needs a file: set checkpoint", ValueError);
  optim::ReduceOnPlateau plateau;
  CHECK_THROWS_WITH_AS(fit({.plateau = &plateau, .watch = "valid/loss"}),
                       "[fit] watch \"valid/loss\": the figures of an epoch are train/loss", ValueError);
}
