#include "loss_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg::test {
namespace {

Tensor signs(const Shape& shape) {
  return to(generate(shape, [](std::int64_t i) { return i * i % 3 == 1 ? 1.0 : -1.0; }), int64);
}

Tensor constant(const Shape& shape, double value) { return full(shape, value, {.dtype = float64}); }

double log_share(const Tensor& x, std::int64_t row, std::int64_t k) {
  const std::int64_t c = x.size(1);
  double sum = 0;
  for (std::int64_t j = 0; j < c; ++j) sum += std::exp(element(x, row * c + j));
  return element(x, row * c + k) - std::log(sum);
}

// The p-norm of row i of a - b + eps, of rows of length d.
double distance(const Tensor& a, const Tensor& b, std::int64_t i, std::int64_t d, double p, double eps) {
  double sum = 0;
  for (std::int64_t k = i * d; k < (i + 1) * d; ++k)
    sum += std::pow(std::abs(element(a, k) - element(b, k) + eps), p);
  return std::pow(sum, 1 / p);
}

std::vector<LossRow> of_differences() {
  const Inputs pair = draw({{.shape = {3, 4}}, {.shape = {3, 4}}});
  const std::vector<Inputs> far = {{constant({2, 2}, 1e4), constant({2, 2}, -1e4)},
                                   {constant({2, 2}, 0), constant({2, 2}, 0)}};
  const auto gap = [](const Inputs& in, std::int64_t i) { return element(in[0], i) - element(in[1], i); };
  return {{"mse_loss", [](const Inputs& in, Reduction r) { return nn::mse_loss(in[0], in[1], {r}); }, pair,
           [=](const Inputs& in, std::int64_t i) { return gap(in, i) * gap(in, i); }, far},
          {"l1_loss", [](const Inputs& in, Reduction r) { return nn::l1_loss(in[0], in[1], {r}); }, pair,
           [=](const Inputs& in, std::int64_t i) { return std::abs(gap(in, i)); }, far},
          {"huber_loss",
           [](const Inputs& in, Reduction r) {
             return nn::huber_loss(in[0], in[1], {r, 1.5});
           },
           pair,
           [=](const Inputs& in, std::int64_t i) {
             const double d = std::abs(gap(in, i));
             return d < 1.5 ? d * d / 2 : 1.5 * (d - 0.75);
           },
           far},
          {"smooth_l1_loss",
           [](const Inputs& in, Reduction r) {
             return nn::smooth_l1_loss(in[0], in[1], {r, 1.5});
           },
           pair,
           [=](const Inputs& in, std::int64_t i) {
             const double d = std::abs(gap(in, i));
             return d < 1.5 ? d * d / 3 : d - 0.75;
           },
           far}};
}

double stirling(double t) { return t > 1 ? t * std::log(t) - t + std::log(2 * std::numbers::pi * t) / 2 : 0; }

std::vector<LossRow> of_likelihoods() {
  const Inputs counts = draw({{.shape = {3, 4}}, {.shape = {3, 4}, .low = 0.1, .high = 4, .kinks = {1}}});
  const Inputs rates = draw({{.shape = {6}, .low = 0.5, .high = 3}, {.shape = {6}, .low = 0.1, .high = 4}});
  const Inputs normal =
      draw({{.shape = {3, 4}}, {.shape = {3, 4}}, {.shape = {3, 4}, .low = 0.3, .high = 2}});
  const Inputs by_row = draw({{.shape = {3, 4}}, {.shape = {3, 4}}, {.shape = {3}, .low = 0.3, .high = 2}});
  const auto gaussian = [](double x, double t, double v) {
    return (std::log(v) + (x - t) * (x - t) / v) / 2;
  };
  const Tensor zero = constant({2}, 0);
  return {{"poisson_nll_loss",
           [](const Inputs& in, Reduction r) {
             return nn::poisson_nll_loss(in[0], in[1], {.full = true, .reduction = r});
           },
           counts,
           [](const Inputs& in, std::int64_t i) {
             const double x = element(in[0], i), t = element(in[1], i);
             return std::exp(x) - t * x + stirling(t);
           },
           {{constant({2}, -1e4), constant({2}, 3)}, {zero, zero}}},
          {"poisson_nll_loss/rates",
           [](const Inputs& in, Reduction r) {
             return nn::poisson_nll_loss(in[0], in[1], {.log_input = false, .eps = 0.5, .reduction = r});
           },
           rates,
           [](const Inputs& in, std::int64_t i) {
             return element(in[0], i) - element(in[1], i) * std::log(element(in[0], i) + 0.5);
           },
           {{constant({2}, 1e4), constant({2}, 1e4)}, {zero, zero}}},
          {"gaussian_nll_loss",
           [](const Inputs& in, Reduction r) {
             return nn::gaussian_nll_loss(in[0], in[1], in[2], {.full = true, .reduction = r});
           },
           normal,
           [=](const Inputs& in, std::int64_t i) {
             return gaussian(element(in[0], i), element(in[1], i), element(in[2], i)) +
                    std::log(2 * std::numbers::pi) / 2;
           },
           {{constant({2}, 1e4), zero, zero}, {zero, zero, constant({2}, 1e4)}}},
          {"gaussian_nll_loss/one variance a row",
           [](const Inputs& in, Reduction r) {
             return nn::gaussian_nll_loss(in[0], in[1], in[2], {.reduction = r});
           },
           by_row,
           [=](const Inputs& in, std::int64_t i) {
             return gaussian(element(in[0], i), element(in[1], i), element(in[2], i / 4));
           }}};
}

std::vector<LossRow> of_classes() {
  const Tensor classes = tensor({2, 0, 1, 3}, {.dtype = int64});
  const Tensor scores = draw({{.shape = {4, 4}}})[0], shares = softmax(draw({{.shape = {3, 4}}})[0], 1);
  const Inputs chances =
      draw({{.shape = {3, 4}, .low = 0.1, .high = 0.9}, {.shape = {3, 4}, .low = 0, .high = 1}});
  const Inputs logits = draw({{.shape = {3, 4}}, {.shape = {3, 4}, .low = 0, .high = 1}});
  const Tensor log_p = log_softmax(draw({{.shape = {3, 4}, .low = -1, .high = 3}})[0], 1);
  const Tensor far = tensor({{1e4, -1e4, 0, 1}}, {.dtype = float64});
  const Inputs far_pair = {far, tensor({{0, 1, 0, 0.5}}, {.dtype = float64})};
  const auto binary = [](double p, double t) { return -t * std::log(p) - (1 - t) * std::log(1 - p); };
  return {
      {"cross_entropy",
       [](const Inputs& in, Reduction r) { return nn::cross_entropy(in[0], in[1], {.reduction = r}); },
       {scores, classes},
       [](const Inputs& in, std::int64_t i) {
         return -log_share(in[0], i, static_cast<std::int64_t>(element(in[1], i)));
       },
       {{far, tensor({1}, {.dtype = int64})}}},
      {"nll_loss",
       [](const Inputs& in, Reduction r) { return nn::nll_loss(in[0], in[1], {.reduction = r}); },
       {scores, classes},
       [](const Inputs& in, std::int64_t i) {
         return -element(in[0], i * 4 + static_cast<std::int64_t>(element(in[1], i)));
       },
       {{far, tensor({1}, {.dtype = int64})}}},
      {"binary_cross_entropy",
       [](const Inputs& in, Reduction r) { return nn::binary_cross_entropy(in[0], in[1], {.reduction = r}); },
       chances,
       [=](const Inputs& in, std::int64_t i) { return binary(element(in[0], i), element(in[1], i)); },
       {{tensor({0, 1}, {.dtype = float64}), tensor({1, 0}, {.dtype = float64})}}},
      {"binary_cross_entropy_with_logits",
       [](const Inputs& in, Reduction r) {
         return nn::binary_cross_entropy_with_logits(in[0], in[1], {.reduction = r});
       },
       logits,
       [=](const Inputs& in, std::int64_t i) {
         return binary(1 / (1 + std::exp(-element(in[0], i))), element(in[1], i));
       },
       {far_pair}},
      {"kl_div",
       [](const Inputs& in, Reduction r) { return nn::kl_div(in[0], in[1], {r}); },
       {log_p, shares},
       [](const Inputs& in, std::int64_t i) {
         return element(in[1], i) * (std::log(element(in[1], i)) - element(in[0], i));
       },
       {far_pair}},
      {"kl_div/log_target",
       [](const Inputs& in, Reduction r) {
         return nn::kl_div(in[0], in[1], {.reduction = r, .log_target = true});
       },
       {log_p, log(shares)},
       [](const Inputs& in, std::int64_t i) {
         return std::exp(element(in[1], i)) * (element(in[1], i) - element(in[0], i));
       },
       {{far, constant({1, 4}, -1e4)}}}};
}

std::vector<LossRow> of_margins() {
  const Tensor scores = draw({{.shape = {4, 5}}})[0], far = tensor({{1e4, -1e4, 0}}, {.dtype = float64});
  const Tensor classes = tensor({2, 0, 4, 3}, {.dtype = int64}), first = tensor({0}, {.dtype = int64});
  const Tensor labels = tensor({{1, 3, -1, 0}, {-1, 2, 2, 2}, {0, 1, 2, 3}}, {.dtype = int64});
  const Tensor weight = tensor({0.5, 1, 2, 1.5, 3}, {.dtype = float64});
  const auto multi_margin = [=](const Inputs& in, std::int64_t i, int p, double margin) {
    const auto own = static_cast<std::int64_t>(element(in[1], i));
    double sum = 0;
    for (std::int64_t k = 0; k < 5; ++k)
      if (k != own)
        sum += std::pow(std::fmax(0, margin - element(in[0], i * 5 + own) + element(in[0], i * 5 + k)), p);
    return sum / 5;
  };
  return {
      {"soft_margin_loss",
       [](const Inputs& in, Reduction r) { return nn::soft_margin_loss(in[0], in[1], {r}); },
       {scores, signs({4, 5})},
       [](const Inputs& in, std::int64_t i) {
         return std::log(1 + std::exp(-element(in[1], i) * element(in[0], i)));
       },
       {{far, signs({1, 3})}}},
      {"margin_ranking_loss",
       [](const Inputs& in, Reduction r) {
         return nn::margin_ranking_loss(in[0], in[1], in[2], {.margin = 0.5, .reduction = r});
       },
       {draw({{.shape = {7}}})[0], draw({{.shape = {2}}, {.shape = {7}}})[1], signs({7})},
       [](const Inputs& in, std::int64_t i) {
         return std::fmax(0, 0.5 - element(in[2], i) * (element(in[0], i) - element(in[1], i)));
       },
       {{constant({2}, 1e4), constant({2}, -1e4), signs({2})}}},
      {"multi_margin_loss",
       [](const Inputs& in, Reduction r) { return nn::multi_margin_loss(in[0], in[1], {.reduction = r}); },
       {scores, classes},
       [=](const Inputs& in, std::int64_t i) { return multi_margin(in, i, 1, 1); },
       {{far, first}}},
      {"multi_margin_loss/squares, weighted",
       [=](const Inputs& in, Reduction r) {
         return nn::multi_margin_loss(in[0], in[1],
                                      {.p = 2, .margin = 0.75, .weight = weight, .reduction = r});
       },
       {scores, classes},
       [=](const Inputs& in, std::int64_t i) {
         return multi_margin(in, i, 2, 0.75) * element(weight, static_cast<std::int64_t>(element(in[1], i)));
       },
       {{constant({1, 5}, -1e4), first}}},
      {"multilabel_margin_loss",
       [](const Inputs& in, Reduction r) { return nn::multilabel_margin_loss(in[0], in[1], {r}); },
       {draw({{.shape = {3, 4}}})[0], labels},
       [](const Inputs& in, std::int64_t i) {
         std::vector<std::int64_t> own;
         for (std::int64_t k = 0; k < 4 && element(in[1], i * 4 + k) >= 0; ++k)
           own.push_back(static_cast<std::int64_t>(element(in[1], i * 4 + k)));
         double sum = 0;
         for (std::int64_t y : own)
           for (std::int64_t k = 0; k < 4; ++k)
             if (std::find(own.begin(), own.end(), k) == own.end())
               sum += std::fmax(0, 1 - element(in[0], i * 4 + y) + element(in[0], i * 4 + k));
         return sum / 4;
       },
       {{far, tensor({{1, -1, 0}}, {.dtype = int64})}}},
      {"multilabel_soft_margin_loss",
       [](const Inputs& in, Reduction r) {
         return nn::multilabel_soft_margin_loss(in[0], in[1], {.weight = in[2], .reduction = r});
       },
       {scores, draw({{.shape = {4, 5}, .low = 0, .high = 1}})[0], weight},
       [](const Inputs& in, std::int64_t i) {
         double sum = 0;
         for (std::int64_t k = 0; k < 5; ++k) {
           const double x = element(in[0], i * 5 + k), t = element(in[1], i * 5 + k);
           sum += element(in[2], k) * (t * std::log1p(std::exp(-x)) + (1 - t) * std::log1p(std::exp(x)));
         }
         return sum / 5;
       },
       {{constant({1, 5}, 1e4), constant({1, 5}, 0), weight},
        {constant({1, 5}, -1e4), constant({1, 5}, 1), weight}}},
  };
}

std::vector<LossRow> of_pairs() {
  const Inputs three = draw({{.shape = {4, 3}}, {.shape = {4, 3}}, {.shape = {4, 3}}});
  const Tensor zero = constant({2, 3}, 0), far = constant({2, 3}, 1e4);
  const auto cosine = [](const Inputs& in, std::int64_t i) {
    double dot = 0, squares[2] = {1e-12, 1e-12};
    for (std::int64_t k = i * 3; k < i * 3 + 3; ++k) {
      dot += element(in[0], k) * element(in[1], k);
      for (std::size_t which : {0U, 1U}) squares[which] += std::pow(element(in[which], k), 2);
    }
    return dot / std::sqrt(squares[0] * squares[1]);
  };
  const auto triplet = [](const Inputs& in, std::int64_t i, double p, double margin, bool swap) {
    const double near = distance(in[0], in[1], i, 3, p, 1e-6), far = distance(in[0], in[2], i, 3, p, 1e-6);
    const double other = distance(in[1], in[2], i, 3, p, 1e-6);
    return std::fmax(0, margin + near - (swap ? std::fmin(far, other) : far));
  };
  return {
      {"hinge_embedding_loss",
       [](const Inputs& in, Reduction r) {
         return nn::hinge_embedding_loss(in[0], in[1], {.margin = 0.75, .reduction = r});
       },
       {three[0], signs({4, 3})},
       [](const Inputs& in, std::int64_t i) {
         return element(in[1], i) > 0 ? element(in[0], i) : std::fmax(0, 0.75 - element(in[0], i));
       },
       {{far, signs({2, 3})}, {-far, signs({2, 3})}}},
      {"cosine_embedding_loss",
       [](const Inputs& in, Reduction r) {
         return nn::cosine_embedding_loss(in[0], in[1], in[2], {.margin = -0.5, .reduction = r});
       },
       {three[0], three[1], signs({4})},
       [=](const Inputs& in, std::int64_t i) {
         return element(in[2], i) > 0 ? 1 - cosine(in, i) : std::fmax(0, cosine(in, i) + 0.5);
       },
       {{far, -far, signs({2})}, {zero, far, signs({2})}}},
      {"triplet_margin_loss",
       [](const Inputs& in, Reduction r) {
         return nn::triplet_margin_loss(in[0], in[1], in[2], {.margin = 2, .reduction = r});
       },
       three,
       [=](const Inputs& in, std::int64_t i) { return triplet(in, i, 2, 2, false); },
       {{far, -far, zero}, {zero, zero, zero}}},
      {"triplet_margin_loss/p 3, swap",
       [](const Inputs& in, Reduction r) {
         return nn::triplet_margin_loss(in[0], in[1], in[2],
                                        {.margin = 3, .p = 3, .swap = true, .reduction = r});
       },
       three,
       [=](const Inputs& in, std::int64_t i) { return triplet(in, i, 3, 3, true); },
       {{far, -far, zero}}},
      {"triplet_margin_with_distance_loss",
       [](const Inputs& in, Reduction r) {
         const auto by_sum = [](const Tensor& a, const Tensor& b) { return norm(a - b + 1e-6, 1, {-1}); };
         return nn::triplet_margin_with_distance_loss(
             in[0], in[1], in[2], {.distance_function = by_sum, .margin = 4, .reduction = r});
       },
       three, [=](const Inputs& in, std::int64_t i) { return triplet(in, i, 1, 4, false); }},
  };
}

}  // namespace

const std::vector<LossRow>& losses() {
  static const std::vector<LossRow> rows = [] {
    std::vector<LossRow> all;
    for (const auto& family : {of_differences(), of_likelihoods(), of_classes(), of_margins(), of_pairs()})
      all.insert(all.end(), family.begin(), family.end());
    return all;
  }();
  return rows;
}

}  // namespace xg::test
