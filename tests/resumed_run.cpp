// A training run for tests/resume_test.cpp to kill: resumed_run CHECKPOINT WEIGHTS
// It goes on from the checkpoint, writes a point to the standard output after each step, and its weights at the end.
#include <fmt/core.h>
#include <unistd.h>
#include <xgrad/xgrad.hpp>

using namespace xg;

namespace {

struct Net {
  nn::Linear fc1{6, 16};
  nn::BatchNorm1d norm{16};
  nn::Dropout drop{0.3};
  nn::Linear fc2{16, 3};
  Tensor operator()(const Tensor& x) const { return fc2(drop(relu(norm(fc1(x))))); }
};

nn::TensorDataset<2> clusters(std::int64_t n) {
  const Tensor y = randint(0, 3, {n});
  return nn::TensorDataset{randn({n, 6}) + to(unsqueeze(y, 1), float32), y};
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  manual_seed(11);
  nn::DataLoader train{clusters(160), {.batch_size = 4, .shuffle = true}},
      valid{clusters(40), {.batch_size = 20}};
  Net net;
  optim::AdamW adamw{net, {.lr = 1e-2}, {{"*bias", {.lr = 2e-2, .weight_decay = 0}}}};
  optim::EarlyStopping stopping{net, {.patience = 1000}};
  optim::AveragedWeights average{net, optim::exponential_average(0.95)};
  optim::ReduceOnPlateau plateau({.factor = 0.7, .patience = 1});
  optim::fit(net, train, valid, nn::cross_entropy, adamw,
             {.epochs = 10,
              .metrics = {{"accuracy", optim::accuracy}},
              .schedule = optim::warm_up(30, optim::cosine(400)),
              .plateau = &plateau,
              .early_stopping = &stopping,
              .average = &average,
              .clip_grad_norm = 1.0,
              .checkpoint = argv[1],
              .checkpoint_every = 3,
              .resume = true,
              .progress = false,
              .on_step = [](optim::FitState&) {
                if (::write(STDOUT_FILENO, ".", 1) != 1) ::_exit(3);
              }});
  save_safetensors(argv[2], net);
  return 0;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 1;
}
