#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "../core/parameters.hpp"
#include "../core/random.hpp"
#include "optimizer.hpp"

namespace xg::optim {

/// What can be saved and put back as tensors with names: optimizers, averages, loaders, histories, ....
template <class T>
concept Stateful = requires(T& part, const std::map<std::string, Tensor>& saved) {
  { part.state() } -> std::convertible_to<std::map<std::string, Tensor>>;
  part.load_state(saved);
};

/// All that a training run goes on from, in one file. What was saved within a loop over a DataLoader goes on
/// behind the batch it was saved at, and ends with the same bits as if it had never been interrupted.
///
///   optim::Snapshot run;
///   run.add("model", net);
///   run.add("optimizer", adam);
///   run.add("loader", loader);
///   run.load("run.safetensors");
///   while (loader.epoch() < 10) {
///     for (const auto& [x, y] : loader) ...
///     run.save("run.safetensors");
///   }
///
/// The default generator of random numbers is always a part.
class Snapshot {
 public:
  using State = std::map<std::string, Tensor>;

  Snapshot();

  /// Adds a part under a name of its own; it must outlive the snapshot.
  /// Throws  ValueError "[Snapshot] a part named \"model\" is there already".
  template <Stateful T>
  requires(!std::derived_from<T, Optimizer>) void add(const std::string& name, T& part) {
    add(
        name, [&part]() -> State { return part.state(); }, [&part](const State& s) { part.load_state(s); });
  }
  /// A model: its tensors, trained or not.
  template <TensorTree T>
  requires(!Stateful<T>) void add(const std::string& name, T& net) { add(name, named_tensors(net)); }
  /// An optimizer with its learning rates.
  void add(const std::string& name, Optimizer& optimizer);
  void add(const std::string& name, Generator& generator);
  void add(const std::string& name, std::int64_t& number);
  /// Anything else, e.g. what only some of a class's state is worth keeping of.
  void add(const std::string& name, std::function<State()> state, std::function<void(const State&)> load);

  /// Writes all parts. The file appears under its name only when it is complete.
  /// Throws  IoError if it cannot be written.
  void save(const std::filesystem::path& path) const;

  /// Puts all parts back as save() found them; false if there is no such file.
  /// Throws  before anything is changed: IoError if the file is malformed, damaged (its checksum is another
  ///         one) or no snapshot; StructureError "[Snapshot] run.safetensors holds the parts loader, model,
  ///         random, this run has model, random: ...", or if a part does not fit.
  bool load(const std::filesystem::path& path);

 private:
  struct Part {
    std::function<State()> state;
    std::function<void(const State&)> load;
  };

  void add(const std::string& name, std::vector<NamedTensor> tensors);
  std::map<std::string, State> state() const;
  void load(const std::filesystem::path& path, const std::map<std::string, State>& saved);
  std::string part_names() const;

  std::map<std::string, Part> parts_;
};

}  // namespace xg::optim
