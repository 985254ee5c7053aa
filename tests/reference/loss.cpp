#include <xgrad/nn/loss.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

nn::Reduction reduction(const Call& c) {
  const std::string name = c.text("reduction", "mean");
  if (name == "none") return nn::Reduction::none;
  if (name == "sum") return nn::Reduction::sum;
  if (name == "mean") return nn::Reduction::mean;
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
};

}  // namespace
}  // namespace xg::test
