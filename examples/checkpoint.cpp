// Less memory for time or precision: checkpoints run their function again in backward, saved-tensor hooks keep
// activations in 16 bits. Prints what one training step of a deep network takes at its peak.
#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <bit>
#include <chrono>
#include <cstdint>
#include <functional>

using namespace xg;

struct Block {
  std::int64_t width;
  nn::Linear fc1{width, width};
  nn::Linear fc2{width, width};
  Tensor operator()(const Tensor& x) const { return x + fc2(gelu(fc1(x))); }
};

struct Net {
  std::vector<Block> blocks = std::vector<Block>(16, Block{128});
};

using Forward = std::function<Tensor(const Net&, const Tensor&)>;

// The upper half of every float32.
struct Upper {
  Tensor codes;
  Shape shape;
};
Upper upper_halves(const Tensor& x) {
  const Tensor dense = contiguous(x);
  Upper kept{empty({(x.numel() + 1) / 2}, float32), x.shape()};
  auto* codes = reinterpret_cast<std::uint16_t*>(kept.codes.mutable_data<float>());
  for (std::int64_t i = 0; i < x.numel(); ++i)
    codes[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(dense.data<float>()[i]) >> 16);
  return kept;
}
Tensor from_upper_halves(const Upper& kept) {
  Tensor x = empty(kept.shape, float32);
  float* values = x.mutable_data<float>();
  const auto* codes = reinterpret_cast<const std::uint16_t*>(kept.codes.data<float>());
  for (std::int64_t i = 0; i < x.numel(); ++i)
    values[i] = std::bit_cast<float>(static_cast<std::uint32_t>(codes[i]) << 16);
  return x;
}

Tensor plain(const Net& net, Tensor x) {
  for (const Block& block : net.blocks) x = block(x);
  return x;
}
Tensor a_checkpoint_a_block(const Net& net, Tensor x) {
  for (const Block& block : net.blocks) x = checkpoint(block, x);
  return x;
}
// Four blocks each, with checkpoints inside of checkpoints.
Tensor nested(const Net& net, Tensor x) {
  for (std::size_t i = 0; i < net.blocks.size(); i += 4)
    x = checkpoint(
        [&net, i](Tensor y) {
          for (std::size_t k = i; k < i + 4; ++k) y = checkpoint(net.blocks[k], y);
          return y;
        },
        x);
  return x;
}
Tensor in_16_bits(const Net& net, const Tensor& x) {
  const SavedTensorHooks hooks(upper_halves, from_upper_halves);
  return plain(net, x);
}

int main() {
  Net net;
  const Tensor x = randn({512, 128});
  Tensor exact;
  const auto measure = [&](const char* name, const Forward& forward) {
    using clock = std::chrono::steady_clock;
    zero_grad(net);
    empty_cache();
    reset_peak_memory();
    const auto before = memory_stats().bytes_in_use;
    const auto start = clock::now();
    mean(square(forward(net, x))).backward();
    const auto time = std::chrono::duration<double, std::milli>(clock::now() - start).count();
    const auto peak = memory_stats().peak_bytes_in_use - before;
    const Tensor gradient = net.blocks[0].fc1.weight.grad();
    if (!exact.defined()) exact = gradient;
    fmt::print("{:<22} peak {:5.1f} MiB  {:6.1f} ms  gradient off by {:.1e}\n", name,
               static_cast<double>(peak) / (1 << 20), time, (norm(gradient - exact) / norm(exact)).item());
    return peak;
  };
  const auto everything = measure("keep everything", plain);
  const auto blocks = measure("a checkpoint a block", a_checkpoint_a_block);
  const auto fewer = measure("nested checkpoints", nested);
  measure("activations in 16 bits", in_16_bits);
  return fewer <= blocks && blocks < everything / 2 ? 0 : 1;
}
