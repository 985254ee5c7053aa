#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>
#include <xgrad/core/reflect.hpp>

namespace {

struct Linear {
  int in, out;
  float weight_0{};
};

struct WithoutDefault {
  explicit WithoutDefault(int n) : value(n) {}
  int value;
};

struct Many {
  Linear nested{};
  std::vector<Linear> list{};
  std::array<int, 3> fixed{};
  std::optional<Linear> maybe{};
  std::unique_ptr<Linear> owned{};
  std::shared_ptr<Linear> shared{};
  std::variant<int, Linear> either{};
  std::tuple<int, Linear> both{};
  std::map<std::string, Linear> named{};
  std::function<int(int)> function{};
  const int constant{};
  std::string text{};
  std::atomic<int> count{};
  WithoutDefault last;
};

struct Widest {
  int m0{}, m1{}, m2{}, m3{}, m4{}, m5{}, m6{}, m7{}, m8{}, m9{}, m10{}, m11{}, m12{}, m13{}, m14{}, m15{},
      m16{}, m17{}, m18{}, m19{}, m20{}, m21{}, m22{}, m23{}, m24{}, m25{}, m26{}, m27{}, m28{}, m29{}, m30{},
      m31{}, m32{}, m33{}, m34{}, m35{}, m36{}, m37{}, m38{}, m39{}, m40{}, m41{}, m42{}, m43{}, m44{}, m45{},
      m46{}, m47{}, m48{}, m49{}, m50{}, m51{}, m52{}, m53{}, m54{}, m55{}, m56{}, m57{}, m58{}, m59{}, m60{},
      m61{}, m62{}, m63{};
};

struct TooWide {
  Widest half{};
  int n0{}, n1{}, n2{}, n3{}, n4{}, n5{}, n6{}, n7{}, n8{}, n9{}, n10{}, n11{}, n12{}, n13{}, n14{}, n15{},
      n16{}, n17{}, n18{}, n19{}, n20{}, n21{}, n22{}, n23{}, n24{}, n25{}, n26{}, n27{}, n28{}, n29{}, n30{},
      n31{}, n32{}, n33{}, n34{}, n35{}, n36{}, n37{}, n38{}, n39{}, n40{}, n41{}, n42{}, n43{}, n44{}, n45{},
      n46{}, n47{}, n48{}, n49{}, n50{}, n51{}, n52{}, n53{}, n54{}, n55{}, n56{}, n57{}, n58{}, n59{}, n60{},
      n61{}, n62{}, n63{};
};

struct Empty {};

class Listed {
 public:
  explicit Listed(int n) : weight_(n), bias_(n + 1) {}
  auto fields() { return std::tie(weight_, bias_); }
  static constexpr auto field_names = std::array{"weight", "bias"};

 private:
  int weight_;
  double bias_;
};

struct Unlisted {
  auto fields() { return std::tie(weight); }
  int weight{};
};

class Hidden {
  [[maybe_unused]] int secret_{};
};

struct Virtual {
  virtual ~Virtual() = default;
  int x{};
};

struct Base {
  int x{};
};
struct Derived : Base {
  int y{};
};
struct WithArray {
  int before{};
  int values[3]{};
  int after{};
};
struct WithReference {
  int value;
  int& reference;
};

template <class T> std::vector<std::string> names_of(T& object) {
  std::vector<std::string> names;
  xg::for_each_field(object, [&](std::string_view name, auto&) { names.emplace_back(name); });
  return names;
}

}  // namespace

TEST_CASE("for_each_field names the fields of an aggregate in the order of declaration") {
  Linear linear{2, 3};
  CHECK(names_of(linear) == std::vector<std::string>{"in", "out", "weight_0"});
  CHECK(xg::field_count<Linear>() == 3);
}

TEST_CASE("for_each_field gives the fields themselves, to be read and written") {
  Linear linear{2, 3, 0.5F};
  double sum = 0;
  xg::for_each_field(linear, [&](std::string_view, auto& field) {
    sum += static_cast<double>(field);
    field = 7;
  });
  CHECK(sum == 5.5);
  CHECK(linear.in == 7);
  CHECK(linear.out == 7);
  CHECK(linear.weight_0 == 7.0F);
}

TEST_CASE("the fields of a const object are const") {
  const Linear linear{2, 3};
  const Listed listed(1);
  const auto expect_const = [](std::string_view, auto& field) {
    CHECK(std::is_const_v<std::remove_reference_t<decltype(field)>>);
  };
  xg::for_each_field(linear, expect_const);
  xg::for_each_field(listed, expect_const);
}

TEST_CASE("fields may be containers, pointers, functions, const, immovable and without a default") {
  Many many{.last = WithoutDefault(9)};
  CHECK(names_of(many) == std::vector<std::string>{"nested", "list", "fixed", "maybe", "owned", "shared",
                                                   "either", "both", "named", "function", "constant", "text",
                                                   "count", "last"});
  xg::for_each_field(many, [](std::string_view name, auto& field) {
    if constexpr (std::is_same_v<decltype(field), WithoutDefault&>) {
      CHECK(name == "last");
      CHECK(field.value == 9);
    }
  });
}

TEST_CASE("structs may be local or empty") {
  struct Local {
    int first, second;
  };
  Local local{1, 2};
  CHECK(names_of(local) == std::vector<std::string>{"first", "second"});
  Empty empty;
  CHECK(names_of(empty).empty());
  CHECK(xg::field_count<Empty>() == 0);
}

TEST_CASE("64 fields are seen, 65 are refused") {
  Widest widest;
  const auto names = names_of(widest);
  REQUIRE(names.size() == 64);
  for (std::size_t i = 0; i < 64; ++i) CHECK(names[i] == fmt::format("m{}", i));
  int next = 0;
  xg::for_each_field(widest, [&](std::string_view, int& field) { field = next++; });
  CHECK(widest.m0 == 0);
  CHECK(widest.m8 == 8);
  CHECK(widest.m63 == 63);
  CHECK(xg::reflect::obstacle<TooWide> == xg::reflect::Obstacle::too_many);
}

TEST_CASE("a class with a constructor lists its fields itself") {
  Listed listed(4);
  CHECK(names_of(listed) == std::vector<std::string>{"weight", "bias"});
  double sum = 0;
  xg::for_each_field(listed, [&](std::string_view, auto& field) { sum += static_cast<double>(field); });
  CHECK(sum == 9);
  CHECK(xg::field_count<Listed>() == 2);
}

TEST_CASE("what stands in the way of reflection is recognised") {
  using xg::reflect::Obstacle;
  using xg::reflect::obstacle;
  CHECK(obstacle<Linear> == Obstacle::none);
  CHECK(obstacle<Many> == Obstacle::none);
  CHECK(obstacle<WithoutDefault> == Obstacle::not_aggregate);
  CHECK(obstacle<Hidden> == Obstacle::not_aggregate);
  CHECK(obstacle<Virtual> == Obstacle::not_aggregate);
  CHECK(obstacle<int> == Obstacle::not_aggregate);
  CHECK(obstacle<Derived> == Obstacle::base);
  CHECK(obstacle<WithArray> == Obstacle::c_array);
  CHECK(obstacle<WithReference> == Obstacle::reference);
}

TEST_CASE("is_reflectable tells plain and self-listed structs from others") {
  CHECK(xg::is_reflectable<Linear>);
  CHECK(xg::is_reflectable<Listed>);
  CHECK(xg::is_reflectable<Empty>);
  CHECK_FALSE(xg::is_reflectable<Unlisted>);
  CHECK_FALSE(xg::is_reflectable<Derived>);
  CHECK_FALSE(xg::is_reflectable<std::string>);
}
