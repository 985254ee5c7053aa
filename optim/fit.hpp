#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parameters.hpp"
#include "average_weights.hpp"
#include "early_stopping.hpp"
#include "evaluate.hpp"
#include "history.hpp"
#include "metric.hpp"
#include "monitor.hpp"
#include "optimizer.hpp"
#include "plateau.hpp"
#include "schedule.hpp"
#include "snapshot.hpp"

namespace xg::optim {

/// Why a run ended.
enum class Ended : std::uint8_t {
  finished,     ///< all epochs are done
  early,        ///< early stopping
  interrupted,  ///< Ctrl-C or SIGTERM
  stopped,      ///< on_step or on_epoch asked for it
};

/// A run as its hooks see it.
struct FitState {
  std::int64_t epoch = 0;  ///< how many are finished
  std::int64_t step = 0;   ///< how many the optimizer has taken
  Figures figures{};  ///< on_step: of the step, "loss" and metrics; on_epoch: "train/loss", "valid/loss", ...
  bool stop = false;  ///< set by a hook: the run ends here
};

struct FitOptions {
  std::int64_t epochs = 1;
  Metrics metrics{};                        ///< of predictions and targets, for training and validation
  std::optional<Schedule> schedule{};       ///< of the learning rate, by the steps taken so far
  bool schedule_by_epoch = false;           ///< by the finished epochs instead
  ReduceOnPlateau* plateau = nullptr;       ///< times the schedule
  EarlyStopping* early_stopping = nullptr;  ///< the best weights are put back when the run ends
  /// What plateau and early_stopping look at after each epoch, e.g. "valid/accuracy"; empty: "valid/loss", and
  /// "train/loss" where nothing validates.
  std::string watch{};
  AveragedWeights* average = nullptr;      ///< updated after each step; validation is of the averages
  Monitor* monitor = nullptr;              ///< writes its curves to the history
  std::optional<double> clip_grad_norm{};  ///< the largest norm of all gradients
  std::int64_t accumulate = 1;             ///< batches whose mean gradient is one step
  std::filesystem::path checkpoint{};  ///< a file for the whole run, written after each epoch; empty: none
  std::int64_t checkpoint_every = 0;   ///< and after so many steps; 0: only after epochs
  bool resume = false;                 ///< goes on from the checkpoint if there is one
  bool progress = true;                ///< a bar for each epoch
  std::function<void(FitState&)> on_step{}, on_epoch{};
};

struct FitResult {
  Ended ended = Ended::finished;
  std::int64_t epochs = 0, steps = 0;  ///< in all, also those before a restart
  std::int64_t best_epoch =
      0;  ///< counted from 1, by early stopping or else the lowest "valid/loss"; 0: unknown
  History history{};
};

namespace detail {

/// What of a run depends on the types of its model, its batches and its loss.
struct FitParts {
  using Judge = std::function<Outcome()>;
  /// Takes a batch and the number of its samples; returns whether the epoch goes on.
  using Visit = std::function<bool(const Judge&, std::int64_t)>;

  std::vector<NamedTensor> parameters{};
  std::int64_t batches = 0, samples = 0;  // of an epoch; 0 samples: not known
  std::function<void(const Visit&)> train{};
  std::function<Figures()> validate{};
  Snapshot snapshot{};
};

FitResult fit(FitParts parts, Optimizer& optimizer, const FitOptions& options);

template <class Net, class Loader, class Loss>
FitParts fit_parts(Net& net, Loader& loader, const Loss& loss, const FitOptions& options) {
  FitParts parts;
  parts.parameters = named_parameters(net);
  parts.batches = static_cast<std::int64_t>(loader.size());
  if constexpr (requires { loader.samples(); }) parts.samples = static_cast<std::int64_t>(loader.samples());
  parts.train = [&](const FitParts::Visit& visit) {
    for (const auto& batch : loader)
      if (!visit([&] { return judge(net, batch, loss, options.metrics); }, samples_of(batch))) return;
  };
  parts.snapshot.add("model", net);
  if constexpr (Stateful<Loader>) parts.snapshot.add("loader", loader);
  return parts;
}

}  // namespace detail

/// Trains a model for some epochs: for each batch the loss, its gradients, a step of the optimizer.
///
///   nn::DataLoader train{nn::TensorDataset{x, y}, {.batch_size = 64, .shuffle = true}};
///   optim::Adam adam{net};
///   const optim::FitResult run = optim::fit(net, train, nn::cross_entropy, adam, {.epochs = 10});
///
/// The loss is any function of (prediction, target), for batches of an input and a target, or of (net, batch),
/// and returns a Tensor of one element; the latter may return an Outcome, with figures beside it.
/// The model trains in the mode that its structs are in. Curves: "train/loss", "train/<metric>",
/// "gradient_norm" (before clipping) and "lr" at each step, "valid/..." after each epoch.
/// Ctrl-C and SIGTERM end the run after the step under way, with a checkpoint; a second one ends the program.
/// A resumed run ends with the same bits as one that was never interrupted, if the loader has state() and
/// load_state(), as nn::DataLoader has, and random numbers come from the default generator.
/// Throws  AnomalyError "[fit] step 7, epoch 1: the loss is nan: [log] of float32 [8] made nan ...", with the
///         weights as they were before that step; ValueError for options that make no sense; IoError and
///         StructureError as Snapshot.
template <TensorTree Net, BatchLoader Loader, class Loss>
FitResult fit(Net& net, Loader& loader, const Loss& loss, Optimizer& optimizer,
              const FitOptions& options = {}) {
  return detail::fit(detail::fit_parts(net, loader, loss, options), optimizer, options);
}

/// The same with a loader of batches to validate on after each epoch, in eval() and without recording.
template <TensorTree Net, BatchLoader Loader, BatchLoader Validation, class Loss>
FitResult fit(Net& net, Loader& loader, Validation& validation, const Loss& loss, Optimizer& optimizer,
              const FitOptions& options = {}) {
  detail::FitParts parts = detail::fit_parts(net, loader, loss, options);
  parts.validate = [&] { return evaluate(net, validation, loss, options.metrics); };
  if constexpr (Stateful<Validation>) parts.snapshot.add("validation", validation);
  return detail::fit(std::move(parts), optimizer, options);
}

}  // namespace xg::optim
