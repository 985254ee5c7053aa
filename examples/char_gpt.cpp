// A GPT that writes any text letter by letter: trained on the library's own sources, or on a text of yours.
//   char_gpt [--data FILE] [--steps N] [--out FILE]     train, save the weights, write a sample
//   char_gpt [--data FILE] --load FILE                  write with saved weights
//   char_gpt --quick                                    a small one, for seconds
// Size and training are those of nanoGPT on a CPU (github.com/karpathy/nanoGPT), at twice its learning rate. Plays by
// Shakespeare, tinyshakespeare.txt of github.com/karpathy/char-rnn, are learned to a validation loss of 1.81.
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "arguments.hpp"

using namespace xg;

namespace {

struct Gpt {
  std::int64_t vocabulary, context, width, heads, layers;
  nn::Embedding letters{vocabulary, width};
  nn::LearnedPositions positions{context, width};
  nn::TransformerEncoder blocks{width,
                                heads,
                                layers,
                                {.dim_feedforward = 4 * width,
                                 .dropout = 0,
                                 .activation = [](const Tensor& x) { return gelu(x); },
                                 .batch_first = true,
                                 .norm_first = true,
                                 .bias = false},
                                true};

  // The scores of each next letter; with caches the text goes on where the last call ended.
  Tensor operator()(const Tensor& text, std::vector<nn::KeyValueCache>* caches = nullptr) const {
    const std::int64_t past = caches && !caches->empty() ? caches->front().length() : 0;
    const Tensor x = positions(letters(text), past);
    return linear(blocks(x, {.is_causal = true, .caches = caches}), letters.weight);
  }
};

// Small weights, those that end a residual branch the smaller the more of them add up.
void initialise(Gpt& net) {
  const double small = 0.02 / std::sqrt(2.0 * static_cast<double>(net.layers));
  for (auto& [path, p] : named_parameters(net))
    if (p.dim() > 1)
      nn::init::normal_(p, 0,
                        path.ends_with("out_proj.weight") || path.ends_with("linear2.weight") ? small : 0.02);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(fmt::format("[char_gpt] cannot open {}", path.string()));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string own_sources() {
  std::set<std::filesystem::path> files;
  for (const char* folder : {"core", "ops", "nn", "optim"})
    for (const auto& file :
         std::filesystem::directory_iterator(std::filesystem::path(XGRAD_SOURCE_DIR) / folder))
      files.insert(file.path());
  std::string text;
  for (const auto& file : files) text += read_file(file);
  return text;
}

// A text as numbers, 90 % of it to learn from.
struct Corpus {
  std::string letters;  // in order, each once
  Tensor training, validation;

  explicit Corpus(const std::string& text) {
    const std::set<char> all(text.begin(), text.end());
    letters.assign(all.begin(), all.end());
    const Tensor codes = encode(text);
    const auto cut = codes.numel() * 9 / 10;
    training = slice(codes, 0, 0, cut);
    validation = slice(codes, 0, cut);
  }
  Tensor encode(std::string_view text) const {
    std::vector<std::int64_t> codes;
    for (const char c : text) codes.push_back(std::ranges::lower_bound(letters, c) - letters.begin());
    return from_values(codes, {static_cast<std::int64_t>(codes.size())});
  }
};

// Loss of a batch of windows [n, context + 1], each letter from those before it.
Tensor loss_of(const Gpt& net, const Tensor& windows) {
  const Tensor scores = net(slice(windows, 1, 0, -1));
  return nn::cross_entropy(flatten(scores, 0, 1), flatten(slice(windows, 1, 1)));
}

// Windows that begin at these places of a text.
Tensor windows_at(const Tensor& text, const Tensor& starts, std::int64_t context) {
  return take(text, unsqueeze(starts, 1) + arange(context + 1));
}

double validation_loss(const Gpt& net, const Tensor& text) {
  const NoGrad guard;
  const std::int64_t n = (text.numel() - 1) / net.context;
  double total = 0;
  for (const Tensor& some : split(arange(n) * net.context, 64))
    total += loss_of(net, windows_at(text, some, net.context)).item() * static_cast<double>(some.numel());
  return total / static_cast<double>(n);
}

void train(Gpt& net, const Corpus& corpus, std::int64_t batch, int steps) {
  using clock = std::chrono::steady_clock;
  const int warm_up = std::min(100, steps / 10);
  const optim::Schedule rate = optim::warm_up(warm_up, optim::cosine(steps - warm_up, 0.1));
  optim::AdamWOptions options{.lr = 2e-3, .betas = {0.9, 0.99}, .weight_decay = 0.1}, no_decay = options;
  no_decay.weight_decay = 0;
  const auto is_vector = [](const std::string&, const Tensor& p) { return p.dim() < 2; };
  optim::AdamW adam{net, options, {{is_vector, no_decay}}};
  clock::duration time{};
  optim::Progress bar(static_cast<std::size_t>(steps), {.label = "train"});
  for (int step = 0; step < steps; ++step) {
    const auto start = clock::now();
    const Tensor starts = randint(0, corpus.training.numel() - net.context, {batch});
    adam.zero_grad();
    const Tensor loss = loss_of(net, windows_at(corpus.training, starts, net.context));
    loss.backward();
    optim::clip_grad_norm(net, 1.0);
    adam.scale_lr(rate(step));
    adam.step();
    time += clock::now() - start;
    bar.step({{"loss", loss.item()}});
    if ((step + 1) % (steps < 1000 ? 100 : 500) == 0)
      fmt::print("step {:5}: training loss {:.3f}, validation loss {:.4f}\n", step + 1, loss.item(),
                 validation_loss(net, corpus.validation));
  }
  fmt::print("{:.1f} ms a step\n", std::chrono::duration<double, std::milli>(time).count() / steps);
}

// Letters are drawn one by one; earlier ones are not computed again until the context is full.
std::string write(const Gpt& net, const Corpus& corpus, std::string text, std::size_t length) {
  const NoGrad guard;
  std::vector<nn::KeyValueCache> caches;
  Tensor next = corpus.encode(text);
  while (text.size() < length) {
    if (!caches.empty() && caches.front().length() + next.numel() > net.context) {
      caches.clear();
      next = corpus.encode(
          std::string_view(text).substr(text.size() - static_cast<std::size_t>(net.context / 2)));
    }
    const Tensor scores = select(squeeze(net(unsqueeze(next, 0), &caches), 0), 0, -1);
    next = multinomial(softmax(scores / 0.8, 0), 1);
    text += corpus.letters[next.item<std::size_t>()];
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) try {
  Arguments arguments(argc, argv);
  const bool quick = arguments.flag("quick");
  const std::string data = arguments.text("data", ""), load = arguments.text("load", ""),
                    out = arguments.text("out", "char_gpt.safetensors");
  const int steps = arguments.number("steps", quick ? 400 : 2000);
  arguments.finish();

  manual_seed(1);
  std::string text = data.empty() ? own_sources() : read_file(data);
  if (quick) text.resize(std::min<std::size_t>(text.size(), 100000));
  const Corpus corpus(text);
  const auto vocabulary = static_cast<std::int64_t>(corpus.letters.size());
  Gpt net = quick ? Gpt{vocabulary, 32, 32, 2, 2} : Gpt{vocabulary, 64, 128, 4, 4};
  fmt::print("{} letters, {} different ones; {} parameters\n", text.size(), vocabulary,
             count_parameters(net));
  if (load.empty()) {
    initialise(net);
    train(net, corpus, 12, steps);
    save_safetensors(out, net);
    fmt::print("weights in {}\n", out);
  } else {
    load_safetensors(load, net);
  }
  const double loss = validation_loss(net, corpus.validation), guess = std::log(vocabulary);
  fmt::print("validation loss {:.4f}; a guess has {:.2f}\n\n{}\n", loss, guess,
             write(net, corpus, text.substr(0, 1), 600));
  return loss < 0.75 * guess ? 0 : 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 2;
}
