// Looks into a transformer block: what it is made of, what it costs, and where a training step spends its time.
//   inspect [--out DIR]     writes graph.html, graph.dot and trace.json (for chrome://tracing or ui.perfetto.dev)
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <filesystem>
#include <fstream>
#include <string_view>

using namespace xg;

namespace {

/// Attention and a small net, each on what is normalised, and each added to what came in. The scopes are the boxes of
/// the drawing and of the trace.
struct Block {
  nn::LayerNorm norm1{{32}}, norm2{{32}};
  nn::MultiheadAttention attention{32, 4, {.batch_first = true}};
  nn::Linear up{32, 128}, down{128, 32};

  Tensor attend(const Tensor& x) const {
    const Scope scope("attention");
    const Tensor n = norm1(x);
    return attention(n, n, n).output;
  }
  Tensor think(const Tensor& x) const {
    const Scope scope("mlp");
    return down(gelu(up(norm2(x))));
  }
  Tensor operator()(const Tensor& x) const {
    const Tensor y = x + attend(x);
    return y + think(y);
  }
};

void train(Block& net, const Tensor& x, int steps) {
  optim::AdamW adam{net, {.lr = 1e-3}};
  for (int i = 0; i < steps; ++i) {
    const Scope scope("step");
    adam.zero_grad();
    nn::mse_loss(net(x), x).backward();
    adam.step();
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path out = ".";
  if (argc == 3 && std::string_view(argv[1]) == "--out") {
    out = argv[2];
  } else if (argc != 1) {
    fmt::print(stderr, "usage: inspect [--out DIR]\n");
    return 2;
  }
  Block net;
  const Tensor x = randn({8, 16, 32});
  fmt::print("{}\n", summary(net, x));

  const Tensor loss = nn::mse_loss(net(x), x);
  graph_html(out / "graph.html", loss, net);
  std::ofstream(out / "graph.dot") << graph_dot(loss, net);

  const Profiler profiler;
  train(net, x, 20);
  fmt::print("{}\nwrote graph.html, graph.dot and trace.json to {}\n", profiler.table(), out.string());
  profiler.write_trace(out / "trace.json");
}
