#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <xgrad/core/create.hpp>
#include <xgrad/core/elementwise.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/nn/profiler.hpp>
#include <xgrad/ops/ops.hpp>

using namespace xg;

namespace {

OpProfile row(const Profiler& profiler, const std::string& op, const std::string& pass) {
  for (const OpProfile& r : profiler.ops())
    if (r.op == op && r.pass == pass) return r;
  return {};
}

Tensor weight() { return ones({4, 8}).requires_grad(true); }

/// A file that is gone after the test.
struct File {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "xgrad_profiler_test.json";
  ~File() { std::filesystem::remove(path); }

  nlohmann::json json() const { return nlohmann::json::parse(std::ifstream(path)); }
};

}  // namespace

TEST_CASE("a profiler counts the calls of ops and the bytes that they allocate") {
  const Tensor x = ones({2, 8}), w = weight();
  const Profiler profiler;
  const Tensor y = linear(x, w);
  const Tensor z = relu(transpose(y, 0, 1));
  relu(z);
  CHECK(row(profiler, "linear", "forward").calls == 1);
  CHECK(row(profiler, "linear", "forward").bytes == 2 * 4 * 4);
  CHECK(row(profiler, "transpose", "forward").calls == 1);
  CHECK(row(profiler, "transpose", "forward").bytes == 0);
  CHECK(row(profiler, "relu", "forward").calls == 2);
  CHECK(row(profiler, "relu", "forward").bytes == 2 * 2 * 4 * 4);
  CHECK(row(profiler, "relu", "backward").calls == 0);
}

TEST_CASE("a profiler sees vjps, the ops that they call, and the walk around them") {
  const Tensor x = ones({2, 8}), w = weight();
  const Tensor y = sum(relu(linear(x, w)));
  const Profiler profiler;
  y.backward();
  CHECK(row(profiler, "backward()", "backward").calls == 1);
  CHECK(row(profiler, "linear", "backward").calls == 1);
  CHECK(row(profiler, "relu", "backward").calls == 1);
  CHECK(row(profiler, "relu", "backward").bytes == 2 * 4 * 4);
  const OpProfile product = row(profiler, "linear", "in backward");
  CHECK(product.calls == 1);
  CHECK(product.bytes == 4 * 8 * 4);
  CHECK(row(profiler, "linear", "backward").total_seconds >= product.total_seconds);
}

TEST_CASE("self times are positive and sum to no more than the time that passed") {
  const Tensor x = rand({64, 64}).requires_grad(true);
  const auto start = std::chrono::steady_clock::now();
  const Profiler profiler;
  for (int i = 0; i < 5; ++i)
    sum(softmax(matmul(x, x), -1) * conv1d(x, ones({64, 64, 3}), {}, {.padding = {1}})).backward();
  const std::vector<OpProfile> rows = profiler.ops();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  double total = 0;
  for (const OpProfile& r : rows) {
    CAPTURE(r.op);
    CAPTURE(r.pass);
    CHECK(r.self_seconds >= 0);
    CHECK(r.total_seconds >= r.self_seconds);
    CHECK(r.total_seconds <= wall.count());
    total += r.self_seconds;
  }
  CHECK(total > 0);
  CHECK(total <= wall.count());
  CHECK(std::ranges::is_sorted(rows, std::greater(), &OpProfile::self_seconds));
}

TEST_CASE("what a program does between ops belongs to none") {
  const Profiler profiler;
  const Tensor x = ones({8});
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  relu(x);
  CHECK(row(profiler, "relu", "forward").calls == 1);
  CHECK(row(profiler, "relu", "forward").total_seconds < 0.05);
}

TEST_CASE("an op keeps its output's memory and its time from ops that it calls") {
  const Tensor x = ones({1, 2, 5, 5}), w = ones({3, 2, 3, 3}), bias = ones({3});
  const Profiler profiler;
  conv2d(x, w, bias);
  CHECK(row(profiler, "conv2d", "forward").bytes == 3 * 3 * 3 * 4);
  CHECK(row(profiler, "reshape", "forward").bytes == 0);
}

TEST_CASE("an op gets its output back from an op inside that had taken it") {
  const Tensor x = ones({1000});
  const auto outer = [](const Tensor& a) {
    Tensor y = empty(a.shape(), float32);
    relu(a);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return record("outer", {&a}, std::move(y), [](const Tensor& g) { return g; });
  };
  const Profiler profiler;
  outer(x);
  CHECK(row(profiler, "outer", "forward").bytes == 4000);
  CHECK(row(profiler, "relu", "forward").bytes == 4000);
  const OpProfile r = row(profiler, "outer", "forward");
  CHECK(r.self_seconds >= 0.02);
  CHECK(r.total_seconds >= r.self_seconds + row(profiler, "relu", "forward").total_seconds - 1e-9);
}

TEST_CASE("a profiler needs no recording, and sees in-place writes and the making of tensors") {
  const NoGrad guard;
  const Profiler profiler;
  Tensor x = ones({8});
  static const auto halve = elementwise("halve", [](auto a) { return a * 0.5; });
  halve.write(std::array{&x}, x);
  normal({4}, 0, 1);
  CHECK(row(profiler, "full", "forward").bytes == 32);
  CHECK(row(profiler, "halve", "forward").calls == 1);
  CHECK(row(profiler, "halve", "forward").bytes == 0);
  CHECK(row(profiler, "normal", "forward").bytes == 16);
}

TEST_CASE("nothing is told before and after a profiler lives, and there is one at a time") {
  relu(ones({2}));
  {
    const Profiler first;
    CHECK(first.ops().empty());
    CHECK_THROWS_WITH_AS(Profiler(), "[profiler] another Profiler lives: end it before the next one begins",
                         ValueError);
  }
  const Scope open_before("outer");
  const Profiler second;
  CHECK(second.ops().empty());
}

TEST_CASE("a profiler that ends within a scope leaves the next one alone") {
  auto first = std::make_unique<Profiler>();
  auto scope = std::make_unique<Scope>("outer");
  first.reset();
  const Profiler second;
  scope.reset();
  relu(ones({2}));
  CHECK(second.ops().size() == 2);
}

TEST_CASE("the table has a line for each op and pass") {
  const Profiler profiler;
  relu(ones({256}));
  const std::string table = profiler.table();
  CHECK(table.starts_with("op "));
  CHECK(std::ranges::count(table, '\n') == 4);
  CHECK(table.find("\nrelu  forward      1") != std::string::npos);
  CHECK(table.find("1.0 KiB") != std::string::npos);
  CHECK(table.ends_with(" since the profiler began\n"));
}

TEST_CASE("a trace nests ops in vjps and scopes, and gives each thread a line of its own") {
  const File file;
  const Tensor x = ones({8}).requires_grad(true);
  {
    const Profiler profiler;
    {
      const Scope outer("outer"), inner("in \"quotes\"");
      sum(sigmoid(x)).backward();
    }
    std::thread([] { relu(ones({2})); }).join();
    profiler.write_trace(file.path);
  }
  const nlohmann::json trace = file.json();
  std::map<std::string, nlohmann::json> events;
  for (const auto& e : trace.at("traceEvents"))
    if (e.at("ph") == "X") events[e.at("cat").get<std::string>() + " " + e.at("name").get<std::string>()] = e;
  const auto contains = [](const nlohmann::json& a, const nlohmann::json& b) {
    const auto end = [](const nlohmann::json& e) {
      return e.at("ts").get<double>() + e.at("dur").get<double>();
    };
    return a.at("tid") == b.at("tid") && a.at("ts") <= b.at("ts") && end(b) <= end(a) + 1e-6;
  };
  CHECK(contains(events.at("scope outer"), events.at("scope in \"quotes\"")));
  CHECK(contains(events.at("scope in \"quotes\""), events.at("forward sigmoid")));
  CHECK(contains(events.at("scope in \"quotes\""), events.at("backward backward()")));
  CHECK(contains(events.at("backward backward()"), events.at("backward sigmoid")));
  CHECK(events.at("forward sigmoid").at("args") ==
        nlohmann::json{{"bytes", 32}, {"scope", "outer/in \"quotes\""}});
  CHECK(events.at("forward sigmoid").at("tid") == 0);
  CHECK(events.at("forward relu").at("tid") == 1);
  CHECK(events.at("forward relu").at("args") == nlohmann::json{{"bytes", 8}});
}

TEST_CASE("a trace that cannot be written is told") {
  const Profiler profiler;
  CHECK_THROWS_WITH_AS(profiler.write_trace("/nonexistent/trace.json"),
                       doctest::Contains("[write_trace] cannot"), IoError);
}
