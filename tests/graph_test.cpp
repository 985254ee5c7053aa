#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>
#include <xgrad/core/create.hpp>
#include <xgrad/core/graph.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/transformer.hpp>
#include <xgrad/ops/ops.hpp>
#include <xgrad/optim/graph_layout.hpp>
#include <xgrad/optim/graph_page.hpp>

using namespace xg;

namespace {

struct Net {
  nn::Linear fc{3, 2};
  Tensor operator()(const Tensor& x) const {
    const Scope outer("net");
    const Tensor y = fc(x);
    const Scope inner("out");
    return relu(y);
  }
};

Tensor parameter(const Shape& shape) { return ones(shape).requires_grad(true); }

Tensor chain(int length) {
  Tensor x = parameter({2});
  for (int i = 0; i < length; ++i) x = x * 1.5;
  return x;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

// Whether every element is closed, in the right order. The page is HTML, where these five have no end.
bool is_well_formed(std::string_view html) {
  std::vector<std::string> open;
  while (true) {
    const std::size_t begin = html.find('<');
    if (begin == html.npos) return open.empty();
    const std::size_t end = html.find('>', begin);
    if (end == html.npos) return false;
    std::string_view tag = html.substr(begin + 1, end - begin - 1);
    html.remove_prefix(end + 1);
    if (tag.starts_with("!") || tag.ends_with("/")) continue;
    const std::string name(tag.substr(tag.starts_with("/"), tag.find(' ') - tag.starts_with("/")));
    if (name == "meta") continue;
    if (!tag.starts_with("/")) {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    }
  }
}

struct File {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "xgrad_graph_test.html";
  ~File() { std::filesystem::remove(path); }
  std::string text() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

optim::layout::Drawing drawing_of(const Graph& graph) {
  return optim::layout::lay_out(
      graph,
      [](const Graph::Vertex&) {
        return optim::layout::VertexSize{60, 28};
      },
      [](const std::string&) { return 50.0; });
}

bool overlap(const optim::layout::Box& a, const optim::layout::Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

bool lies_in(const optim::layout::Box& inner, const optim::layout::Box& outer) {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width &&
         inner.y + inner.height <= outer.y + outer.height;
}

}  // namespace

TEST_CASE("graph_dot writes ops with shapes, scopes as clusters and leaves by their paths") {
  const Net net;
  CHECK(graph_dot(sum(net(ones({4, 3}))), net) == R"(digraph tape {
  node [shape=box]
  v4 [label="sum\nfloat32 []"]
  subgraph "cluster_net" {
    label="net"
    v0 [label="fc.weight\nfloat32 [2, 3]", shape=ellipse, style=filled, fillcolor="#e8f0fe"]
    v1 [label="fc.bias\nfloat32 [2]", shape=ellipse, style=filled, fillcolor="#e8f0fe"]
    v2 [label="linear\nfloat32 [4, 2]"]
    subgraph "cluster_net/out" {
      label="out"
      v3 [label="relu\nfloat32 [4, 2]"]
    }
  }
  v0 -> v2
  v1 -> v2
  v2 -> v3
  v3 -> v4
}
)");
}

TEST_CASE("graph_dot without a net has leaves by their own names, and quotes what it must") {
  Tensor x = parameter({2});
  x.set_name("a \"b\" \\");
  const Scope scope("s \"t\"");
  CHECK(graph_dot(x * x) == R"(digraph tape {
  node [shape=box]
  subgraph "cluster_s \"t\"" {
    label="s \"t\""
    v0 [label="a \"b\" \\\nfloat32 [2]", shape=ellipse, style=filled, fillcolor="#e8f0fe"]
    v1 [label="mul\nfloat32 [2]"]
  }
  v0 -> v1
  v0 -> v1
}
)");
}

TEST_CASE("graph_dot says which output of an op is used") {
  const auto parts = split(parameter({4}), 2);
  const std::string dot = graph_dot(parts[1] * 2);
  CHECK(dot.find("v1 [label=\"split\\nfloat32 [2]\\nfloat32 [2]\"]") != dot.npos);
  CHECK(dot.find("v1 -> v2 [label=\"1 [2]\"]") != dot.npos);
}

TEST_CASE("a graph can still be drawn when backward has freed it") {
  const Tensor y = sum(chain(2));
  const std::string before = graph_dot(y);
  y.backward();
  CHECK(graph_dot(y) == before);
}

TEST_CASE("of a large graph the ops nearest to the output are shown, and how many are not") {
  CHECK(graph_dot(chain(1237), {.most_ops = 2}) == R"(digraph tape {
  node [shape=box]
  v0 [label="1,235 more ops are not shown", style=dashed]
  v1 [label="mul\nfloat32 [2]"]
  v2 [label="mul\nfloat32 [2]"]
  v0 -> v1
  v1 -> v2
}
)");
}

TEST_CASE("a graph of a million ops is walked without recursion") {
  const Graph graph = graph_of(chain(1'000'000), {}, {.most_ops = 2'000'000});
  CHECK(graph.vertices.size() == 1'000'001);
}

TEST_CASE("a tensor that is not on the tape has no graph") {
  CHECK_THROWS_WITH_AS(
      graph_dot(ones({2, 3})),
      "[graph] float32 [2, 3] is not on the tape: pass the result of recorded ops, made outside of "
      "NoGrad from a leaf that asks for a gradient",
      GraphError);
}

TEST_CASE("no two ops overlap, and what runs in a scope lies in its box") {
  const nn::TransformerEncoder encoder{8, 2, 2, {.dim_feedforward = 16}};
  Tensor x = ones({3, 2, 8});
  for (const auto& layer : encoder.layers) {
    const Scope scope("layer");
    x = layer(x);
  }
  const Graph graph = graph_of(x, named_tensors(encoder));
  const auto drawing = drawing_of(graph);
  const optim::layout::Box page{0, 0, drawing.width, drawing.height};
  REQUIRE(drawing.vertices.size() == graph.vertices.size());
  for (std::size_t i = 0; i < drawing.vertices.size(); ++i) {
    CHECK(lies_in(drawing.vertices[i], page));
    for (std::size_t k = 0; k < i; ++k) CHECK_FALSE(overlap(drawing.vertices[i], drawing.vertices[k]));
  }
  for (const Graph::Arrow& a : graph.arrows)
    CHECK(drawing.vertices[a.from].y + drawing.vertices[a.from].height < drawing.vertices[a.to].y);
  // Both layers ran in scopes of one name, one right after the other.
  REQUIRE(drawing.scopes.size() == 1);
  for (const auto& vertex : drawing.vertices) CHECK(lies_in(vertex, drawing.scopes[0].box));
}

TEST_CASE("scopes side by side and inside of each other have boxes that do not cross") {
  const Tensor x = parameter({2});
  const auto in = [](const char* name, const Tensor& a) {
    const Scope scope(name);
    const Tensor b = exp(a);
    const Scope inner("inner");
    return tanh(b) * 2;
  };
  const Tensor shared = x * 3;
  const Graph graph = graph_of(in("left", shared) + in("right", shared) + shared);
  const auto drawing = drawing_of(graph);
  REQUIRE(drawing.scopes.size() == 4);
  for (const auto& a : drawing.scopes)
    for (const auto& b : drawing.scopes)
      if (&a != &b) CHECK((!overlap(a.box, b.box) || lies_in(a.box, b.box) || lies_in(b.box, a.box)));
  // Into and out of each box, and past them.
  CHECK(std::ranges::count_if(drawing.lines, &optim::layout::Line::arrives) == 11);
  for (const auto& line : drawing.lines)
    CHECK(std::ranges::is_sorted(line.points, {}, [](const auto& p) { return p.second; }));
}

TEST_CASE("graph_html writes a well-formed page with every op and shape, which needs no network") {
  const File file;
  const Net net;
  graph_html(file.path, sum(net(ones({4, 3}))), net);
  const std::string html = file.text();
  CHECK(is_well_formed(html));
  for (const char* name :
       {">linear<", ">relu<", ">sum<", ">fc.weight<", ">[2, 3]<", ">[4, 2]<", ">net<", ">out<"}) {
    CAPTURE(name);
    CHECK(html.find(name) != html.npos);
  }
  CHECK(html.find("3 ops and 2 leaves with 8 elements.") != html.npos);
  CHECK(count_of(html, "class=\"vertex op\"") == 3);
  CHECK(count_of(html, "class=\"vertex leaf\"") == 2);
  CHECK(html.find("<script") == html.npos);
  CHECK(html.find("url(") == html.npos);
}

TEST_CASE("a drawing names equal shapes of an op's outputs once") {
  const auto halves = split(parameter({4}), 2);
  CHECK(optim::graph_svg(graph_of(halves[0] * halves[1])).find(">2 x [2]<") != std::string::npos);
  const auto parts = split(parameter({5}), 3);
  CHECK(optim::graph_svg(graph_of(sum(parts[0]) * sum(parts[1]))).find(">[3] · [2]<") != std::string::npos);
}

TEST_CASE("graph_html escapes names and says what it leaves out") {
  const File file;
  const Scope scope("<b> & \"c\"");
  graph_html(file.path, chain(600));
  const std::string html = file.text();
  CHECK(is_well_formed(html));
  CHECK(html.find("<b>") == html.npos);
  CHECK(html.find("Only those nearest to the output are drawn: 100 more ops are not shown.") != html.npos);
  CHECK(count_of(html, "class=\"vertex op\"") == 500);
}
