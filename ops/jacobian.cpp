#include "jacobian.hpp"

#include "../core/backward.hpp"
#include "../core/create.hpp"
#include "view.hpp"

namespace xg::detail {
namespace {

Tensor one_hot_like(const Tensor& y, std::int64_t element) {
  Tensor hot = zeros_like(y);
  visit_floating("jacobian", y.dtype(),
                 [&]<class T>(std::type_identity<T>) { hot.mutable_data<T>()[element] = 1; });
  return hot;
}

Shape joined(const Shape& a, const Shape& b) {
  Shape all = a;
  for (const std::int64_t n : b) all.push_back(n);
  return all;
}

// d y / d inputs, a walk a row.
std::vector<Tensor> rows(const Tensor& y, const std::vector<NamedTensor>& inputs, bool create_graph) {
  const GradMode mode(create_graph);
  std::vector<Tensor> by;
  for (const auto& [path, x] : inputs) by.push_back(x);
  std::vector<std::vector<Tensor>> found(by.size());
  for (std::int64_t k = 0; k < y.numel() && y.requires_grad(); ++k) {
    const auto row = grad({y}, by,
                          {.cotangents = {one_hot_like(y, k)},
                           .retain_graph = true,
                           .create_graph = create_graph,
                           .allow_unused = true});
    for (std::size_t i = 0; i < by.size(); ++i)
      found[i].push_back(row[i].defined() ? row[i] : zeros_like(by[i]));
  }
  std::vector<Tensor> whole;
  for (std::size_t i = 0; i < by.size(); ++i) {
    const Shape shape = joined(y.shape(), by[i].shape());
    whole.push_back(found[i].empty() ? zeros(shape, {.dtype = by[i].dtype()})
                                     : reshape(stack(found[i]), shape));
  }
  return whole;
}

}  // namespace

std::vector<Tensor> jacobian_rows(const Recording& recording, const Tensor& output) {
  return rows(output, recording.inputs(), recording.create_graph());
}

std::vector<std::vector<Tensor>> hessian_blocks(const Recording& recording) {
  std::vector<std::vector<Tensor>> blocks;
  for (const Tensor& g : recording.gradient(true))
    blocks.push_back(rows(g, recording.inputs(), recording.create_graph()));
  return blocks;
}

}  // namespace xg::detail
