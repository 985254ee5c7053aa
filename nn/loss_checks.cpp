#include "loss_checks.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/index.hpp"
#include "../ops/reduce.hpp"

namespace xg::nn {

Tensor reduced(std::string_view op, const Tensor& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::mean:
      return mean(losses);
    case Reduction::sum:
      return sum(losses);
    case Reduction::batchmean:
      throw ValueError(fmt::format("[{}] reduction batchmean: only kl_div has it, take mean or sum", op));
    default:
      return losses;
  }
}

void check_same_shape(std::string_view op, const Tensor& a, const Tensor& b, std::string_view a_name,
                      std::string_view b_name) {
  if (a.shape() != b.shape())
    throw ShapeError(fmt::format("[{}] {} {} and {} {} differ in shape: reshape one of them", op, a_name,
                                 to_string(a.shape()), b_name, to_string(b.shape())));
}

void check_class_weight(std::string_view op, const Tensor& weight, std::int64_t classes) {
  if (weight.defined() && weight.shape() != Shape{classes})
    throw ShapeError(fmt::format("[{}] weight {} for {} classes: expected [{}]", op,
                                 to_string(weight.shape()), classes, classes));
}

void check_whole(std::string_view op, std::string_view name, const Tensor& target) {
  if (target.dtype() != int64)
    throw DtypeError(fmt::format("[{}] {} is {}, not int64: convert it with to({}, int64)", op, name,
                                 to_string(target.dtype()), name));
}

void check_classes(std::string_view op, const Tensor& target, std::int64_t classes,
                   std::optional<std::int64_t> ignore_index) {
  const Tensor dense = contiguous(target);
  const auto* k = dense.data<std::int64_t>();
  for (std::int64_t i = 0; i < dense.numel(); ++i)
    if (k[i] != ignore_index && (k[i] < 0 || k[i] >= classes))
      throw IndexError(
          fmt::format("[{}] target {} of sample {} is none of {} classes", op, k[i], i, classes));
}

Tensor weighted(const Tensor& losses, const Tensor& weight, const Tensor& index) {
  return weight.defined() ? losses * index_select(to(weight.detach(), losses.dtype()), 0, index) : losses;
}

}  // namespace xg::nn
