#include "list.hpp"

#include <fmt/format.h>

#include <iterator>
#include <stdexcept>
#include <vector>

#include "workload.hpp"

namespace bench {
namespace {

using List = std::vector<Workload>;

double number(std::int64_t n) { return static_cast<double>(n); }

// Three products a layer, but nobody needs the gradient of the images.
template <std::size_t N> double dense_flops(const std::int64_t (&widths)[N], std::int64_t batch) {
  double products = 0;
  for (std::size_t i = 0; i + 1 < N; ++i) products += 2 * number(widths[i] * widths[i + 1]);
  return number(batch) * (3 * products - 2 * number(widths[0] * widths[1]));
}

// In units of a forward pass: the first layer has two products, the others three.
double cnn_flops() {
  const double first = 2.0 * 26 * 26 * 32 * 9, second = 2.0 * 24 * 24 * 64 * 32 * 9;
  return 64 * (2 * first + 3 * second + 3 * 2.0 * (9216 * 128 + 128 * 10));
}

double lenet_flops() {
  const double first = 2.0 * 24 * 24 * 6 * 25, second = 2.0 * 8 * 8 * 16 * 6 * 25;
  return 64 * (2 * first + 3 * second + 3 * 2.0 * (256 * 120 + 120 * 84 + 84 * 10));
}

double gpt_flops() {
  const Gpt g;
  const double tokens = number(g.batch * g.context), d = number(g.width);
  const double weights = 12 * d * d * number(g.layers) + number(g.vocabulary) * d;
  return 6 * weights * tokens + 3 * number(g.layers) * 4 * tokens * number(g.context) * d;
}

void add_chains(List& all) {
  for (int n : {1, 64})
    for (const char* way : {"forward", "forward_backward"})
      all.push_back(
          {fmt::format("chain/{}/{}", n, way), "op", 2.0 * chain_length, 0, 0, {{"torch", 1.0 / 40}}});
  all.push_back({"ode/rk4/200", "step", 1, 0, 0, {{"torch", 0.05}}});
  const std::map<std::string, double> four{{"plain", 4}};
  all.push_back({"scalar/rosenbrock/1000", "gradient", 1, 0, 0, four});
  all.push_back({"scalar/net/64x16x32", "gradient", 1, 0, 0, four});
}

void add_elementwise(List& all, const std::string& op, std::int64_t n, double at_most) {
  all.push_back({fmt::format("{}/{}/forward", op, n), "element", number(n), 0, 8 * number(n), {}});
  all.push_back({fmt::format("{}/{}/forward_backward", op, n),
                 "element",
                 number(n),
                 0,
                 20 * number(n),
                 {{"torch", at_most}}});
}

void add_elementwise(List& all) {
  for (std::int64_t n : elementwise_sizes) {
    add_elementwise(all, "own_mish/composed", n, 0.5);
    add_elementwise(all, "own_mish/built_in", n, 0.35);
  }
  const std::map<std::string, double> at_most{{"mish", 0.15}, {"gelu", 0.8}, {"relu", 0.8}};
  for (const char* op : {"mish", "silu", "gelu", "gelu_tanh", "tanh", "sigmoid", "relu", "elu", "softplus"}) {
    const auto it = at_most.find(op);
    add_elementwise(all, fmt::format("activation/{}", op), large, it == at_most.end() ? 0.5 : it->second);
  }
  find_if(all.begin(), all.end(), [](const Workload& w) {
    return w.name == fmt::format("activation/tanh/{}/forward", large);
  })->at_most = {{"eigen", 1}};
}

void add_rows(List& all) {
  const auto push = [&](const char* name, double elements, double bytes_an_element) {
    all.push_back({name, "element", elements, 0, bytes_an_element * elements, {{"torch", 0.6}}});
  };
  push("rows/cross_entropy/256x1000/forward_backward", 256e3, 12);
  push("rows/layer_norm/1024x768/forward_backward", 1024 * 768, 20);
  push("rows/bias_add/1024x1024/forward_backward", large, 16);
  push("rows/sum/4096x1024/axis0", 4096 * 1024, 4);
  push("rows/sum/4096x1024/axis1", 4096 * 1024, 4);
  push("rows/sum/4096x1024/axis0/forward_backward", 4096 * 1024, 8);
  push("rows/sum/4096x1024/axis1/forward_backward", 4096 * 1024, 8);
  push("rows/embedding/10000x128/4096/forward_backward", 4096 * 128, 16);
  push("rows/transpose/1024", large, 8);
  push("rows/transpose/2048", 4 * large, 8);
}

void add_products(List& all) {
  for (const Product& p : products)
    all.push_back({p.name(),
                   "product",
                   1,
                   2 * number(p.m * p.n * p.k),
                   0,
                   {{"torch", p.at_most}, {"openblas", 1 / 0.95}, {"dnnl", 1 / 0.95}}});
  for (const char* form : forms)
    all.push_back({fmt::format("batched/{}x{}x{}x{}/{}", heads, head_rows, head_features, head_rows, form),
                   "product",
                   1,
                   2 * number(heads * head_rows * head_rows * head_features),
                   0,
                   {{"torch", 0.6}}});
}

void add_models(List& all) {
  const auto push = [&](const char* name, double flops, double at_most) {
    all.push_back({name, "step", 1, flops, 0, {{"torch", at_most}}});
  };
  push("mlp/64/sgd", dense_flops(mlp_widths, 64), 0.6);
  push("mlp/64/adam", dense_flops(mlp_widths, 64), 0.6);
  push("mlp/256/sgd", dense_flops(mlp_widths, 256), 0.85);
  push("mlp/256/adam", dense_flops(mlp_widths, 256), 0.78);
  push("small_mlp/10000/adam", dense_flops(small_widths, small_samples), 0.3);
  push("cnn/64/adam", cnn_flops(), 0.7);
  push("residual/32", 3 * 2 * 2.0 * 32 * 32 * 32 * 64 * 64 * 9, 0.8);
  all.push_back({"lenet/64/adam", "epoch of 60,000", 64.0 / 60000, lenet_flops(), 0, {{"torch", 0.4}}});
  const Lstm l;
  push("lstm/50x32", 3 * 2.0 * number((l.in + l.hidden) * 4 * l.hidden * l.batch * l.steps), 0.5);
  push("gpt/12/adamw", gpt_flops(), 0.7);
}

template <std::size_t N> void add_growth(List& all, const char* axis, const std::int64_t (&sizes)[N]) {
  for (std::int64_t n : sizes) all.push_back({fmt::format("growth/{}/{}", axis, n), "step"});
}

List all_workloads() {
  List all;
  add_chains(all);
  add_elementwise(all);
  add_rows(all);
  add_products(all);
  add_models(all);
  add_growth(all, "depth", growth_depths);
  add_growth(all, "width", growth_widths);
  add_growth(all, "batch", growth_batches);
  add_growth(all, "steps", growth_steps);
  return all;
}

}  // namespace

std::string Product::name() const { return fmt::format("matmul/{}x{}x{}/{}", m, n, k, form); }

const Workload& find_workload(const std::string& name) {
  static const List all = all_workloads();
  for (const Workload& w : all)
    if (w.name == name) return w;
  throw std::invalid_argument("no workload is called " + name);
}

}  // namespace bench
