// New names, letter by letter, from an LSTM that has read a list of names.
//   names_lstm [--data FILE] [--epochs N]     a name a line; one list is names.txt of github.com/karpathy/makemore
//   names_lstm --quick                        a few epochs
// Without a file it reads names made by a rule that pairs of neighbours do not show: all vowels of a name are
// either light (e, i) or dark (a, o, u). The network is measured against a table of how often each letter follows
// each other one, which is all that can be known from pairs.
#include <fmt/core.h>
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "arguments.hpp"

using namespace xg;

namespace {

constexpr std::int64_t letters = 27, end_of_name = 0;  // the end, and then a to z
constexpr std::int64_t nothing = -100;                 // behind the end; cross_entropy ignores it

struct Names {
  std::int64_t width;
  nn::Embedding embedding{letters, 32};
  nn::LSTM lstm{32, width, {.batch_first = true}};
  nn::Linear output{width, letters};

  // Scores of the next letter, and the state from which the names can go on.
  std::pair<Tensor, nn::LSTMState> operator()(const Tensor& text, const nn::LSTMState& state = {}) const {
    const auto [h, after] = lstm(embedding(text), state);
    return {output(h), after};
  }
};

std::vector<std::string> read_names(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw IoError(fmt::format("[names_lstm] cannot open {}", path));
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && std::ranges::all_of(line, [](char c) { return c >= 'a' && c <= 'z'; }))
      names.push_back(line);
  return names;
}

std::vector<std::string> make_names(std::int64_t n) {
  const auto draw = [](std::string_view from) {
    return from[randint(0, static_cast<std::int64_t>(from.size()), {}).item<std::size_t>()];
  };
  std::vector<std::string> names(static_cast<std::size_t>(n));
  for (std::string& name : names) {
    const std::string_view vowels = draw("ld") == 'l' ? "ei" : "aou";
    for (auto syllables = randint(2, 5, {}).item<int>(); syllables > 0; --syllables)
      name += {draw("bdfklmnprstv"), draw(vowels)};
    if (draw("yn") == 'y') name += draw("lnrs");
  }
  return names;
}

bool follows_the_rule(const std::string& name) {
  return name.find_first_of("ei") == std::string::npos || name.find_first_of("aou") == std::string::npos;
}

// What goes in and what is to come out, [names, longest + 1] each: the end, a, n, n and a, n, n, the end.
std::pair<Tensor, Tensor> encode(const std::vector<std::string>& names) {
  std::size_t longest = 0;
  for (const std::string& name : names) longest = std::max(longest, name.size());
  const std::size_t steps = longest + 1;
  std::vector<std::int64_t> in(names.size() * steps, end_of_name), out(names.size() * steps, nothing);
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t k = 0; k < names[i].size(); ++k)
      in[i * steps + k + 1] = out[i * steps + k] = names[i][k] - 'a' + 1;
    out[i * steps + names[i].size()] = end_of_name;
  }
  const Shape shape{static_cast<std::int64_t>(names.size()), static_cast<std::int64_t>(steps)};
  return {from_values(in, shape), from_values(out, shape)};
}

Tensor loss_of(const Tensor& scores, const Tensor& target) {
  return nn::cross_entropy(flatten(scores, 0, -2), flatten(target));
}

// The loss of the table of pairs: each pair is counted once more than it occurs.
double loss_of_pairs(const Tensor& in, const Tensor& out, const Tensor& test_in, const Tensor& test_out) {
  const Tensor counts =
      index_put(ones({letters, letters}), {in[out != nothing], out[out != nothing]}, 1.0, true);
  return loss_of(embedding(log(counts), test_in), test_out).item();
}

std::vector<std::string> write_names(const Names& net, std::int64_t n, int longest) {
  const NoGrad guard;
  std::vector<std::string> names(static_cast<std::size_t>(n));
  std::vector<bool> ended(names.size());
  Tensor letter = full({n, 1}, end_of_name, {.dtype = int64});
  nn::LSTMState state;
  for (int step = 0; step < longest; ++step) {
    auto [scores, after] = net(letter, state);
    state = after;
    letter = multinomial(softmax(squeeze(scores, 1), 1), 1);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto code = static_cast<int>(letter.at({static_cast<std::int64_t>(i), 0}));
      if (code == end_of_name) ended[i] = true;
      if (!ended[i]) names[i] += static_cast<char>('a' + code - 1);
    }
  }
  return names;
}

}  // namespace

int main(int argc, char** argv) try {
  Arguments arguments(argc, argv);
  const bool quick = arguments.flag("quick");
  const std::string data = arguments.text("data", "");
  const int epochs = arguments.number("epochs", quick ? 5 : 10);
  arguments.finish();

  manual_seed(1);
  const std::vector<std::string> names = data.empty() ? make_names(quick ? 2000 : 8000) : read_names(data);
  const auto [in, out] = encode(names);
  const Tensor order = randperm(in.size(0));
  const std::vector<Tensor> parts = split(order, {in.size(0) * 9 / 10, in.size(0) - in.size(0) * 9 / 10});
  const nn::TensorDataset all{in, out};
  const auto [training_in, training_out] = all.batch(parts[0]);
  const auto [test_in, test_out] = all.batch(parts[1]);

  Names net{quick ? 48 : 128};
  optim::Adam adam{net, {.lr = 5e-3}};
  nn::DataLoader loader{nn::TensorDataset{training_in, training_out}, {.batch_size = 64, .shuffle = true}};
  const optim::Schedule rate = optim::cosine(epochs * loader.size(), 0.05);
  const auto test_loss = [&, &x = test_in, &y = test_out] {
    return no_grad([&] { return loss_of(net(x).first, y).item(); });
  };
  for (int epoch = 0, step = 0; epoch < epochs; ++epoch) {
    for (const auto& [x, y] : loader) {
      adam.zero_grad();
      loss_of(net(x).first, y).backward();
      optim::clip_grad_norm(net, 1.0);
      adam.scale_lr(rate(step++));
      adam.step();
    }
    fmt::print("epoch {:2}: test loss {:.4f}\n", epoch + 1, test_loss());
  }

  const std::set<std::string> known(names.begin(), names.end());
  const std::vector<std::string> written = write_names(net, 200, 20);
  const auto fresh = std::ranges::count_if(written, [&](const auto& name) { return !known.contains(name); });
  const auto lawful = std::ranges::count_if(written, follows_the_rule);
  const double loss = test_loss(), of_pairs = loss_of_pairs(training_in, training_out, test_in, test_out);
  fmt::print("\ntest loss {:.4f}, of the table of pairs {:.4f}\nof 200 names {} are new", loss, of_pairs,
             fresh);
  if (data.empty()) fmt::print(" and {} follow the rule", lawful);
  fmt::print(": {}\n", fmt::join(written.begin(), written.begin() + 12, ", "));
  return loss < of_pairs && (lawful >= 160 || !data.empty()) ? 0 : 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 2;
}
