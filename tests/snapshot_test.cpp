#include <doctest/doctest.h>

#include <string>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loader.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/safetensors.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/history.hpp>
#include <xgrad/optim/snapshot.hpp>

#include "support/folder.hpp"
#include "support/message_of.hpp"
#include "support/same_tensors.hpp"

using namespace xg;
using optim::Snapshot;

namespace {

/// A small run with some of everything in it.
struct Run {
  struct Net {
    nn::Linear fc{3, 2};
    nn::BatchNorm1d norm{2};
  } net;
  optim::Adam adam{net, {.lr = 0.1}, {{"*bias", {.lr = 0.3}}}};
  nn::DataLoader<nn::TensorDataset<1>> loader{nn::TensorDataset{arange(10)},
                                              {.batch_size = 2, .shuffle = true}};
  optim::History history;
  std::int64_t step = 0;
  Snapshot snapshot;

  Run() {
    snapshot.add("model", net);
    snapshot.add("optimizer", adam);
    snapshot.add("loader", loader);
    snapshot.add("history", history);
    snapshot.add("step", step);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Trains to the end of the epoch; saves in the midst of it.
  void go_on(const std::filesystem::path& file = {}) {
    for (const auto& batch : loader) {
      adam.zero_grad();
      const Tensor loss = mean(square(net.norm(net.fc(randn({4, 3}))) - sum(batch[0]).item() / 10));
      loss.backward();
      adam.step();
      history.add("loss", static_cast<double>(++step), loss.item());
      if (step == 3 && !file.empty()) snapshot.save(file);
    }
  }

  std::string bytes(const test::Folder& folder) const {
    snapshot.save(folder.path / "bytes");
    return test::bytes_of(folder.path / "bytes");
  }
};

}  // namespace

TEST_CASE("a snapshot puts every part of a run back: what follows has the same bits") {
  const test::Folder folder("snapshot");
  Run first;
  first.adam.scale_lr(0.7);
  first.adam.groups[0].options.lr = 0.01;
  first.go_on(folder.path / "run");
  first.go_on();
  Run second;
  manual_seed(99);
  REQUIRE(second.snapshot.load(folder.path / "run"));
  CHECK(second.step == 3);
  CHECK(second.adam.groups[0].options.lr.value() == 0.01);
  second.go_on();
  CHECK(second.step == 5);
  second.go_on();
  CHECK((second.bytes(folder) == first.bytes(folder)));
}

TEST_CASE("a snapshot without a file changes nothing") {
  const test::Folder folder("snapshot");
  Run run;
  const std::string before = run.bytes(folder);
  CHECK_FALSE(run.snapshot.load(folder.path / "missing"));
  CHECK((run.bytes(folder) == before));
}

TEST_CASE("a truncated or damaged snapshot is refused, wherever the damage is, and nothing changes") {
  const test::Folder folder("snapshot");
  Run saved, run;
  saved.go_on();
  const std::string bytes = saved.bytes(folder), before = run.bytes(folder);
  const auto file = folder.path / "run";
  for (std::size_t length = 0; length < bytes.size(); length += 61) {
    CAPTURE(length);
    test::write_bytes(file, bytes.substr(0, length));
    CHECK_THROWS_AS(run.snapshot.load(file), IoError);
  }
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    CAPTURE(at);
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    test::write_bytes(file, damaged);
    CHECK_THROWS_AS(run.snapshot.load(file), Error);
  }
  CHECK((run.bytes(folder) == before));
}

TEST_CASE("a snapshot says what is wrong with a file") {
  const test::Folder folder("snapshot");
  const auto file = folder.path / "run";
  Run run;
  run.go_on();
  const auto message = [&] { return message_of<Error>([&] { run.snapshot.load(file); }); };
  save_safetensors(file, run.net);
  CHECK(message() ==
        fmt::format("[Snapshot] {} is no snapshot of a training run: give the file that save() wrote",
                    file.string()));
  std::string bytes = run.bytes(folder);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  test::write_bytes(file, bytes);
  CHECK(message().starts_with(fmt::format("[Snapshot] {} is damaged: its checksum is ", file.string())));
  Snapshot other;
  other.add("model", run.net);
  other.save(file);
  CHECK(message() ==
        fmt::format("[Snapshot] {} holds the parts model, random, this run has history, loader, model, "
                    "optimizer, random, step: add the parts that it was saved with",
                    file.string()));
}

TEST_CASE("a part that does not fit leaves all the others as they were") {
  const test::Folder folder("snapshot");
  Snapshot two, three;
  nn::Linear a{2, 2}, b{2, 2}, wide{3, 2};
  two.add("first", a);
  two.add("second", b);
  two.save(folder.path / "run");
  Tensor weight = a.weight;
  assign(weight, zeros({2, 2}));
  manual_seed(5);
  const auto random = default_generator().state();
  three.add("first", a);
  three.add("second", wide);
  CHECK_THROWS_WITH_AS(
      three.load(folder.path / "run"),
      fmt::format("[Snapshot] {}: the part \"second\" does not fit this run: [copy_values] weight is "
                  "float32 [2, 2] in the source and float32 [2, 3] in the destination: both models "
                  "must be built with the same sizes",
                  (folder.path / "run").string())
          .c_str(),
      StructureError);
  CHECK(sum(a.weight).item() == 0);
  CHECK(default_generator().state() == random);
}

TEST_CASE("a name stands for one part, and has no point") {
  Snapshot snapshot;
  std::int64_t step = 0;
  snapshot.add("step", step);
  CHECK_THROWS_WITH_AS(snapshot.add("step", step), "[Snapshot] a part named \"step\" is there already",
                       ValueError);
  CHECK_THROWS_WITH_AS(snapshot.add("random", step), "[Snapshot] a part named \"random\" is there already",
                       ValueError);
  for (const char* name : {"", "a.b", "a,b"})
    CHECK_THROWS_WITH_AS(
        snapshot.add(name, step),
        fmt::format("[Snapshot] a part named \"{}\": a name has neither points nor commas", name).c_str(),
        ValueError);
}
