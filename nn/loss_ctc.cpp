#include "loss_ctc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/comparison.hpp"
#include "../ops/index.hpp"
#include "../ops/math.hpp"
#include "../ops/view.hpp"
#include "loss_checks.hpp"

namespace xg::nn {
namespace {

constexpr const char* name = "ctc_loss";
constexpr double infinity = std::numeric_limits<double>::infinity();

using Lengths = std::vector<std::int64_t>;

// What the paths of a batch must spell: blank, label, blank, label, ..., blank.
struct Spelling {
  Tensor classes;  // [n, s], blanks behind the end
  Tensor jumps;    // [n, s], bool: the blank before may be left out
};

Lengths lengths_of(const char* what, const Tensor& lengths, const Tensor& log_probs) {
  check_whole(name, what, lengths);
  const Shape expected = log_probs.dim() == 2 ? Shape{} : Shape{log_probs.size(1)};
  if (lengths.shape() != expected)
    throw ShapeError(fmt::format("[ctc_loss] {} {} and log_probs {}: expected {}", what,
                                 to_string(lengths.shape()), to_string(log_probs.shape()),
                                 to_string(expected)));
  const Tensor dense = contiguous(lengths);
  const auto* v = dense.data<std::int64_t>();
  return {v, v + dense.numel()};
}

void check_lengths(const char* what, const Lengths& lengths, std::int64_t most) {
  for (std::size_t i = 0; i < lengths.size(); ++i)
    if (lengths[i] < 0 || lengths[i] > most)
      throw ValueError(
          fmt::format("[ctc_loss] {} {} of sample {}: expected 0 to {}", what, lengths[i], i, most));
}

// Where each sample's labels start.
Lengths starts_of(const Tensor& targets, const Lengths& lengths) {
  const auto samples = static_cast<std::int64_t>(lengths.size());
  Lengths starts(lengths.size());
  if (targets.dim() == 1) {
    std::exclusive_scan(lengths.begin(), lengths.end(), starts.begin(), std::int64_t{0});
    const std::int64_t total = std::reduce(lengths.begin(), lengths.end());
    check_lengths("target_lengths", lengths, targets.size(0));
    if (total != targets.size(0))
      throw ShapeError(fmt::format("[ctc_loss] targets {} in a row, but target_lengths add up to {}",
                                   to_string(targets.shape()), total));
    return starts;
  }
  if (targets.dim() != 2 || targets.size(0) != samples)
    throw ShapeError(fmt::format("[ctc_loss] targets {} for {} samples: expected [{}, longest] or one row",
                                 to_string(targets.shape()), samples, samples));
  check_lengths("target_lengths", lengths, targets.size(1));
  for (std::int64_t i = 0; i < samples; ++i) starts[static_cast<std::size_t>(i)] = i * targets.size(1);
  return starts;
}

Spelling spell(const Tensor& targets, const Lengths& lengths, std::int64_t classes, std::int64_t blank) {
  const Lengths starts = starts_of(targets, lengths);
  const auto samples = static_cast<std::int64_t>(lengths.size());
  const std::int64_t longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  const Shape shape{samples, 2 * longest + 1};
  Spelling spelling{full(shape, static_cast<double>(blank), {.dtype = int64}),
                    zeros(shape, {.dtype = boolean})};
  const Tensor dense = contiguous(targets);
  const auto* labels = dense.data<std::int64_t>();
  auto* spelt = spelling.classes.mutable_data<std::int64_t>();
  bool* jumps = spelling.jumps.mutable_data<bool>();
  for (std::size_t i = 0; i < lengths.size(); ++i, spelt += shape[1], jumps += shape[1])
    for (std::int64_t k = 0; k < lengths[i]; ++k) {
      const std::int64_t label = labels[starts[i] + k];
      if (label < 0 || label >= classes || label == blank)
        throw IndexError(
            fmt::format("[ctc_loss] target {} at place {} of sample {}: expected one of {} classes "
                        "other than the blank {}",
                        label, k, i, classes, blank));
      spelt[2 * k + 1] = label;
      jumps[2 * k + 1] = k > 0 && label != labels[starts[i] + k - 1];
    }
  return spelling;
}

// log(e^stay + e^next + e^jump) + emission while the step lies before the length, then stay as it is. Sums of
// nothing are -infinity, and their gradients 0 instead of 0 / 0.
const auto& advance() {
  static const auto op = elementwise(
      "ctc_step",
      [](auto stay, auto next, auto jump, auto may_jump, auto emission, auto step, auto length) {
        const auto leap = where(may_jump != 0.0, jump, -infinity);
        const auto top = where(stay > next, stay, next);
        const auto most = where(top > leap, top, leap);
        const auto shift = where(most == -infinity, 0.0, most);
        const auto total = shift + log(exp(stay - shift) + exp(next - shift) + exp(leap - shift));
        return where(step < length, total + emission, stay);
      },
      pullback<Keep::both>([](auto g, auto stay, auto next, auto jump, auto may_jump, auto emission,
                              auto step, auto length, auto y) {
        const auto over = step >= length, dead = y == -infinity;
        const auto total = y - emission;
        const auto share = [&](const auto& from) { return where(dead, 0.0, g * exp(from - total)); };
        return std::tuple{where(over, g, share(stay)),
                          where(over, 0.0, share(next)),
                          where(over | (may_jump == 0.0), 0.0, share(jump)),
                          0.0,
                          where(over | dead, 0.0, g),
                          0.0,
                          0.0};
      }));
  return op;
}

// The states before the first step: all paths stand at the blank in front.
Tensor first_states(const Shape& shape, Dtype dtype) {
  return cat(
      {zeros({shape[0], 1}, {.dtype = dtype}), full({shape[0], shape[1] - 1}, -infinity, {.dtype = dtype})},
      1);
}

// The losses [n] of log_probs [time, n, c].
Tensor negative_log_likelihood(const Tensor& log_probs, const Spelling& spelling,
                               const Lengths& input_lengths, const Lengths& target_lengths) {
  const std::int64_t steps = log_probs.size(0), samples = log_probs.size(1), width = spelling.classes.size(1);
  const Tensor places = broadcast_to(unsqueeze(spelling.classes, 0), {steps, samples, width});
  const Tensor lengths = from_values(input_lengths, {samples, 1});
  // Two states of no path in front let each state look two places back.
  const auto padded = [](const Tensor& states) { return pad(states, {2, 0}, -infinity); };
  Tensor states = first_states(spelling.classes.shape(), log_probs.dtype());
  std::int64_t step = 0;
  for (const Tensor& emission : unbind(gather(log_probs, 2, places), 0)) {
    const Tensor before = padded(states);
    states = advance()(states, narrow(before, 1, 1, width), narrow(before, 1, 0, width), spelling.jumps,
                       emission, step++, lengths);
  }
  // A path ends at the last blank or at the last label, which an empty target has not.
  std::vector<std::int64_t> ends;
  for (std::int64_t length : target_lengths) {
    ends.push_back(2 * length + 1);
    ends.push_back(2 * length + 2);
  }
  const Tensor last = gather(padded(states), 1, from_values(ends, {samples, 2}));
  return -advance()(select(last, 1, 1), select(last, 1, 0), -infinity, 0, 0, 0, 1);
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CtcLossOptions& options) {
  if (log_probs.dim() != 2 && log_probs.dim() != 3)
    throw ShapeError(fmt::format("[ctc_loss] log_probs {}: expected [time, n, classes] or [time, classes]",
                                 to_string(log_probs.shape())));
  if (!is_floating(log_probs.dtype())) throw_not_floating(name, log_probs.dtype());
  check_whole(name, "targets", targets);
  const std::int64_t classes = log_probs.size(-1);
  if (options.blank < 0 || options.blank >= classes)
    throw ValueError(fmt::format("[ctc_loss] blank {}: expected one of {} classes", options.blank, classes));
  const Lengths inputs = lengths_of("input_lengths", input_lengths, log_probs);
  const Lengths lengths = lengths_of("target_lengths", target_lengths, log_probs);
  check_lengths("input_lengths", inputs, log_probs.size(0));
  const Spelling spelling = spell(targets, lengths, classes, options.blank);
  const bool batch = log_probs.dim() == 3;
  Tensor losses =
      negative_log_likelihood(batch ? log_probs : unsqueeze(log_probs, 1), spelling, inputs, lengths);
  if (options.zero_infinity) losses = where(losses == infinity, 0, losses);
  if (!batch) losses = squeeze(losses, 0);
  if (options.reduction == Reduction::mean)
    losses = losses / clamp_min(to(target_lengths, losses.dtype()), 1);
  return reduced(name, losses, options.reduction);
}

}  // namespace xg::nn
