#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/softmax.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

nn::Reduction reduction(const Call& c) {
  const std::string name = c.text("reduction", "mean");
  if (name == "none") return nn::Reduction::none;
  if (name == "sum") return nn::Reduction::sum;
  if (name == "mean") return nn::Reduction::mean;
  if (name == "batchmean") return nn::Reduction::batchmean;
  throw NotImplemented("reduction " + name);
}

const OpsOf of_differences{
    {"mse_loss", [](const Call& c) { return nn::mse_loss(c[0], c[1], {reduction(c)}); }},
    {"l1_loss", [](const Call& c) { return nn::l1_loss(c[0], c[1], {reduction(c)}); }},
    {"huber_loss",
     [](const Call& c) {
       return nn::huber_loss(c[0], c[1], {.reduction = reduction(c), .delta = c.number("delta", 1)});
     }},
    {"smooth_l1_loss",
     [](const Call& c) {
       return nn::smooth_l1_loss(c[0], c[1], {.reduction = reduction(c), .beta = c.number("beta", 1)});
     }},
    {"poisson_nll_loss",
     [](const Call& c) {
       return nn::poisson_nll_loss(c[0], c[1],
                                   {.log_input = c.flag("log_input", true),
                                    .full = c.flag("full"),
                                    .eps = c.number("eps", 1e-8),
                                    .reduction = reduction(c)});
     }},
    {"gaussian_nll_loss",
     [](const Call& c) {
       return nn::gaussian_nll_loss(
           c[0], c[1], c[2],
           {.full = c.flag("full"), .eps = c.number("eps", 1e-6), .reduction = reduction(c)});
     }},
};

const OpsOf of_classes{
    {"cross_entropy",
     [](const Call& c) {
       return nn::cross_entropy(c[0], c[1],
                                {.weight = c.find("weight"),
                                 .ignore_index = c.integer("ignore_index", -100),
                                 .label_smoothing = c.number("label_smoothing", 0),
                                 .reduction = reduction(c)});
     }},
    {"nll_loss",
     [](const Call& c) {
       return nn::nll_loss(c[0], c[1],
                           {.weight = c.find("weight"),
                            .ignore_index = c.integer("ignore_index", -100),
                            .reduction = reduction(c)});
     }},
    {"binary_cross_entropy",
     [](const Call& c) {
       return nn::binary_cross_entropy(c[0], c[1], {.weight = c.find("weight"), .reduction = reduction(c)});
     }},
    {"binary_cross_entropy_with_logits",
     [](const Call& c) {
       return nn::binary_cross_entropy_with_logits(
           c[0], c[1],
           {.weight = c.find("weight"), .pos_weight = c.find("pos_weight"), .reduction = reduction(c)});
     }},
    {"kl_div",
     [](const Call& c) {
       return nn::kl_div(c[0], c[1], {.reduction = reduction(c), .log_target = c.flag("log_target")});
     }},
};

const OpsOf of_margins{
    {"soft_margin_loss", [](const Call& c) { return nn::soft_margin_loss(c[0], c[1], {reduction(c)}); }},
    {"margin_ranking_loss",
     [](const Call& c) {
       return nn::margin_ranking_loss(c[0], c[1], c[2],
                                      {.margin = c.number("margin", 0), .reduction = reduction(c)});
     }},
    {"multi_margin_loss",
     [](const Call& c) {
       return nn::multi_margin_loss(c[0], c[1],
                                    {.p = static_cast<int>(c.integer("p", 1)),
                                     .margin = c.number("margin", 1),
                                     .weight = c.find("weight"),
                                     .reduction = reduction(c)});
     }},
    {"multilabel_margin_loss",
     [](const Call& c) { return nn::multilabel_margin_loss(c[0], c[1], {reduction(c)}); }},
    {"multilabel_soft_margin_loss",
     [](const Call& c) {
       return nn::multilabel_soft_margin_loss(c[0], c[1],
                                              {.weight = c.find("weight"), .reduction = reduction(c)});
     }},
};

const OpsOf of_pairs{
    {"hinge_embedding_loss",
     [](const Call& c) {
       return nn::hinge_embedding_loss(c[0], c[1],
                                       {.margin = c.number("margin", 1), .reduction = reduction(c)});
     }},
    {"cosine_embedding_loss",
     [](const Call& c) {
       return nn::cosine_embedding_loss(c[0], c[1], c[2],
                                        {.margin = c.number("margin", 0), .reduction = reduction(c)});
     }},
    {"triplet_margin_loss",
     [](const Call& c) {
       return nn::triplet_margin_loss(c[0], c[1], c[2],
                                      {.margin = c.number("margin", 1),
                                       .p = c.number("p", 2),
                                       .eps = c.number("eps", 1e-6),
                                       .swap = c.flag("swap"),
                                       .reduction = reduction(c)});
     }},
};

// PyTorch's gradient for log-probabilities is that of logits, of which log_softmax makes them again.
Tensor ctc_of_logits(const Call& c) {
  c.ignore("from_logits");
  return nn::ctc_loss(
      log_softmax(c[0], -1), c[1], c[2], c[3],
      {.blank = c.integer("blank", 0), .reduction = reduction(c), .zero_infinity = c.flag("zero_infinity")});
}

const OpsOf of_sequences{{"ctc_loss", ctc_of_logits}};

}  // namespace
}  // namespace xg::test
