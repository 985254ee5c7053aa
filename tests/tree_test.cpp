#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
#include <xgrad/core/clone_tree.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/core/tree.hpp>

namespace {

class Weight {
 public:
  Weight() = default;
  explicit Weight(int v) : value(v) {}
  int value = 0;
};

}  // namespace

template <> inline constexpr bool xg::is_opaque<Weight> = true;

namespace {

enum class Mode { a, b };

struct Linear {
  int in{}, out{};
  Weight weight{};
  std::optional<Weight> bias{};
  bool training = true;
};

struct Net {
  std::string title{};
  Linear first{};
  std::vector<Linear> layers{};
  std::array<Weight, 2> fixed{};
  std::list<Weight> chain{};
  std::unique_ptr<Linear> owned{};
  std::shared_ptr<Weight> shared{};
  std::tuple<int, Weight> both{};
  std::pair<Weight, double> couple{};
  std::map<std::string, Weight> named{};
  std::map<int, Weight> numbered{};
  std::map<Mode, Weight> by_mode{};
  std::variant<std::monostate, Weight, Linear> either{};
};

class Constructed {
 public:
  explicit Constructed(int n) : weight_(n) {}
  auto fields() { return std::tie(weight_); }
  static constexpr auto field_names = std::array{"weight"};

 private:
  Weight weight_;
};

struct Parent {
  Weight value{};
  std::vector<Parent> children{};
};

template <class T> std::vector<std::string> paths_of(T&& tree) {
  std::vector<std::string> paths;
  xg::for_each_leaf_of<Weight>(tree, [&](const std::string& path, const Weight&) { paths.push_back(path); });
  return paths;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("a leaf's path is made of field names, indices and keys") {
  Net net;
  net.layers.resize(2);
  net.layers[1].bias.emplace();
  net.chain.resize(2);
  net.owned = std::make_unique<Linear>();
  net.shared = std::make_shared<Weight>();
  net.named["scale"];
  net.numbered[-7];
  net.by_mode[Mode::b];
  net.either = Linear{};
  CHECK(paths_of(net) == Paths{"first.weight", "layers.0.weight", "layers.1.weight", "layers.1.bias",
                               "fixed.0", "fixed.1", "chain.0", "chain.1", "owned.weight", "shared", "both.1",
                               "couple.0", "named.scale", "numbered.-7", "by_mode.1", "either.weight"});
}

TEST_CASE("what an Inlined holds stands in the place of the field") {
  struct Inner {
    Weight weight{2};
  };
  struct Outer {
    Weight first{1};
    xg::Inlined<Inner> inner{Inner{}};
    xg::Inlined<std::map<std::string, Weight>> named{{{"a", Weight{3}}, {"b", Weight{4}}}};
  };
  const Outer tree;
  std::vector<std::string> paths;
  for (const auto& [path, weight] : xg::leaves_of<Weight>(tree)) paths.push_back(path);
  CHECK(paths == std::vector<std::string>{"first", "weight", "a", "b"});
  CHECK(tree.inner->weight.value == 2);
  CHECK((*tree.named).at("b").value == 4);
  const Outer copy =
      xg::clone_tree<Weight>(tree, [](const Weight& weight) { return Weight(10 * weight.value); });
  CHECK(copy.inner->weight.value == 20);
  CHECK(copy.named->at("a").value == 30);
}

TEST_CASE("empty optionals, pointers, containers and variants have no leaves") {
  CHECK(paths_of(Net{}) == Paths{"first.weight", "fixed.0", "fixed.1", "both.1", "couple.0"});
}

TEST_CASE("a tree may be a leaf, a container or a tie of several trees") {
  Weight weight;
  CHECK(paths_of(weight) == Paths{""});
  std::vector<Linear> list(2);
  CHECK(paths_of(list) == Paths{"0.weight", "1.weight"});
  Linear one;
  Constructed other(5);
  CHECK(paths_of(std::tie(one, other)) == Paths{"0.weight", "1.weight"});
  xg::for_each_leaf_of<Weight>(std::tie(one, other), [](const std::string&, Weight& leaf) { ++leaf.value; });
  CHECK(one.weight.value == 1);
}

TEST_CASE("trees may be recursive") {
  Parent root{.children = {Parent{}, Parent{.children = {Parent{}}}}};
  CHECK(paths_of(root) ==
        Paths{"value", "children.0.value", "children.1.value", "children.1.children.0.value"});
}

TEST_CASE("leaves are the objects themselves, in trees that list their fields as well") {
  Constructed layer(5);
  xg::for_each_leaf_of<Weight>(layer, [](const std::string& path, Weight& leaf) {
    CHECK(path == "weight");
    CHECK(leaf.value == 5);
    leaf.value = 6;
  });
  xg::for_each_leaf_of<Weight>(std::as_const(layer),
                               [](const std::string&, auto& leaf) { CHECK(leaf.value == 6); });
}

TEST_CASE("leaves of a const tree are const, behind pointers too") {
  Net net;
  net.owned = std::make_unique<Linear>();
  net.shared = std::make_shared<Weight>();
  net.named["scale"];
  net.either = Weight(1);
  std::size_t leaves = 0;
  xg::for_each_leaf_of<Weight>(std::as_const(net), [&](const std::string&, auto& leaf) {
    CHECK(std::is_const_v<std::remove_reference_t<decltype(leaf)>>);
    ++leaves;
  });
  CHECK(leaves == 9);
}

TEST_CASE("numbers, text, functions, generators and other things of std are passed by") {
  int captured = 3;
  const auto lambda = [captured](int x) { return x + captured; };
  struct Mixed {
    decltype(lambda) function;
    std::function<int(int)> erased{};
    int (*plain)(int) = nullptr;
    const Weight* elsewhere = nullptr;
    std::mutex mutex{};
    std::vector<bool> flags{};
    std::vector<std::string> words{};
    std::map<std::string, double> numbers{};
    std::unordered_map<std::string, double> unordered{};
    std::unique_ptr<float[]> buffer{};
    Mode mode{};
    xg::Generator generator{1};
    Weight weight{};
  };
  Mixed mixed{.function = lambda};
  mixed.words = {"a", "b"};
  mixed.flags = {true, false};
  CHECK(paths_of(mixed) == Paths{"weight"});
  CHECK(mixed.function(1) == 4);
}

TEST_CASE("a lambda is told from a class that holds one") {
  const auto lambda = [](std::vector<int> values) { return values.size(); };
  CHECK(xg::tree::is_lambda<std::remove_const_t<decltype(lambda)>>());
  CHECK_FALSE(xg::tree::is_lambda<std::vector<decltype([] {})>>());
  CHECK_FALSE(xg::tree::is_lambda<Linear>());
}

TEST_CASE("for_each_node gives every struct, parents first, to be written") {
  Net net;
  net.layers.resize(2);
  Paths paths;
  xg::for_each_node(net, [&](const std::string& path, auto& object) {
    paths.push_back(path);
    if constexpr (requires { object.training; }) object.training = false;
  });
  CHECK(paths == Paths{"", "first", "layers.0", "layers.1"});
  CHECK_FALSE(net.first.training);
  CHECK_FALSE(net.layers[1].training);
}

TEST_CASE("leaves_of lists paths and addresses") {
  Net net;
  const auto leaves = xg::leaves_of<Weight>(net);
  REQUIRE(leaves.size() == 5);
  CHECK(leaves[2].first == "fixed.1");
  CHECK(leaves[2].second == &net.fixed[1]);
  CHECK(std::is_same_v<decltype(xg::leaves_of<Weight>(std::as_const(net)))::value_type::second_type,
                       const Weight*>);
}

TEST_CASE("zip_leaves_of walks two trees in step") {
  std::vector<Linear> to(2);
  std::vector<Linear> from(2);
  from[0].weight.value = 3;
  from[1].weight.value = 4;
  Paths paths;
  xg::zip_leaves_of<Weight>(to, std::as_const(from),
                            [&](const std::string& path, Weight& a, const Weight& b) {
                              paths.push_back(path);
                              a = b;
                            });
  CHECK(paths == Paths{"0.weight", "1.weight"});
  CHECK(to[1].weight.value == 4);
}

TEST_CASE("zip_leaves_of refuses trees that differ, before it calls anything") {
  Linear with_bias{.bias = Weight{}};
  Linear without;
  Constructed listed(1);
  const auto never = [](const std::string&, Weight&, Weight&) { FAIL("called"); };
  CHECK_THROWS_WITH_AS(
      xg::zip_leaves_of<Weight>(with_bias, without, never),
      "[zip_leaves] leaf 1 is \"bias\" in the first tree and missing in the second: both must have "
      "the same structure",
      xg::StructureError);
  std::vector<Linear> list(1);
  CHECK_THROWS_WITH_AS(
      xg::zip_leaves_of<Weight>(list, listed, never),
      "[zip_leaves] leaf 0 is \"0.weight\" in the first tree and \"weight\" in the second: both must "
      "have the same structure",
      xg::StructureError);
}
