// Tensors that are not there, for ops on other shapes and orders, on indices, reductions and comparisons.

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

struct OnTensor {
  const char* name;
  std::function<void(const Tensor&)> call;
};

const Tensor x = ones({2}), ids = zeros({2}, {.dtype = int64}), yes = ones({2}, {.dtype = boolean});

void check_refused(const std::vector<OnTensor>& ops) {
  for (const OnTensor& op : ops) {
    CAPTURE(std::string(op.name));
    CHECK_THROWS_WITH_AS(op.call(Tensor()), undefined_text, GraphError);
  }
}

// clang-format off
TEST_CASE("ops on other shapes and orders refuse a tensor that is not there") {
  check_refused({
      {"reshape", [](const Tensor& u) { reshape(u, {1}); }},
      {"flatten", [](const Tensor& u) { flatten(u); }},
      {"unflatten", [](const Tensor& u) { unflatten(u, 0, {1}); }},
      {"squeeze", [](const Tensor& u) { squeeze(u); }},
      {"squeeze of an axis", [](const Tensor& u) { squeeze(u, 0); }},
      {"unsqueeze", [](const Tensor& u) { unsqueeze(u, 0); }},
      {"permute", [](const Tensor& u) { permute(u, {0}); }},
      {"transpose", [](const Tensor& u) { transpose(u, 0, 1); }},
      {"t", [](const Tensor& u) { t(u); }},
      {"movedim", [](const Tensor& u) { movedim(u, 0, 1); }},
      {"broadcast_to", [](const Tensor& u) { broadcast_to(u, {2}); }},
      {"expand", [](const Tensor& u) { expand(u, {2}); }},
      {"slice", [](const Tensor& u) { slice(u, 0); }},
      {"select", [](const Tensor& u) { select(u, 0, 0); }},
      {"narrow", [](const Tensor& u) { narrow(u, 0, 0, 1); }},
      {"split", [](const Tensor& u) { split(u, 1); }},
      {"chunk", [](const Tensor& u) { chunk(u, 1); }},
      {"unbind", [](const Tensor& u) { unbind(u); }},
      {"diagonal", [](const Tensor& u) { diagonal(u); }},
      {"diag_embed", [](const Tensor& u) { diag_embed(u); }},
      {"diag", [](const Tensor& u) { diag(u); }},
      {"cat", [](const Tensor& u) { cat({x, u}); }},
      {"stack", [](const Tensor& u) { stack({x, u}); }},
      {"pad", [](const Tensor& u) { pad(u, {1, 1}); }},
      {"pad by reflection", [](const Tensor& u) { pad(u, {1, 1}, PadMode::reflect); }},
      {"flip", [](const Tensor& u) { flip(u, {0}); }},
      {"roll", [](const Tensor& u) { roll(u, {1}); }},
      {"repeat", [](const Tensor& u) { repeat(u, {2}); }},
      {"tile", [](const Tensor& u) { tile(u, {2}); }},
      {"tril", [](const Tensor& u) { tril(u); }},
      {"triu", [](const Tensor& u) { triu(u); }},
      {"rot90", [](const Tensor& u) { rot90(u); }},
      {"unfold", [](const Tensor& u) { unfold(u, 0, 1, 1); }},
      {"repeat_interleave", [](const Tensor& u) { repeat_interleave(u, 2); }},
      {"repeats of repeat_interleave", [](const Tensor& u) { repeat_interleave(x, u); }},
      {"broadcast_tensors", [](const Tensor& u) { broadcast_tensors({x, u}); }},
      {"meshgrid", [](const Tensor& u) { meshgrid({x, u}); }},
      {"cartesian_prod", [](const Tensor& u) { cartesian_prod({x, u}); }},
      {"hstack", [](const Tensor& u) { hstack({x, u}); }},
      {"vstack", [](const Tensor& u) { vstack({x, u}); }},
      {"block_diag", [](const Tensor& u) { block_diag({x, u}); }},
  });
}

TEST_CASE("ops on indices refuse a tensor that is not there") {
  check_refused({
      {"gather", [](const Tensor& u) { gather(u, 0, ids); }},
      {"index of gather", [](const Tensor& u) { gather(x, 0, u); }},
      {"take_along_dim", [](const Tensor& u) { take_along_dim(u, ids, 0); }},
      {"index of take_along_dim", [](const Tensor& u) { take_along_dim(x, u); }},
      {"take", [](const Tensor& u) { take(u, ids); }},
      {"index of take", [](const Tensor& u) { take(x, u); }},
      {"scatter_add", [](const Tensor& u) { scatter_add(u, 0, ids, x); }},
      {"index of scatter_add", [](const Tensor& u) { scatter_add(x, 0, u, x); }},
      {"src of scatter_add", [](const Tensor& u) { scatter_add(x, 0, ids, u); }},
      {"scatter", [](const Tensor& u) { scatter(u, 0, ids, 1.0); }},
      {"index of scatter", [](const Tensor& u) { scatter(x, 0, u, 1.0); }},
      {"src of scatter", [](const Tensor& u) { scatter(x, 0, ids, u); }},
      {"index_select", [](const Tensor& u) { index_select(u, 0, ids); }},
      {"index of index_select", [](const Tensor& u) { index_select(x, 0, u); }},
      {"index_add", [](const Tensor& u) { index_add(u, 0, ids, x); }},
      {"src of index_add", [](const Tensor& u) { index_add(x, 0, ids, u); }},
      {"index_copy", [](const Tensor& u) { index_copy(u, 0, ids, x); }},
      {"src of index_copy", [](const Tensor& u) { index_copy(x, 0, ids, u); }},
      {"index_fill", [](const Tensor& u) { index_fill(u, 0, ids, 1); }},
      {"value of index_fill", [](const Tensor& u) { index_fill(x, 0, ids, u); }},
      {"embedding", [](const Tensor& u) { embedding(u, ids); }},
      {"index of embedding", [](const Tensor& u) { embedding(ones({2, 2}), u); }},
      {"one_hot", [](const Tensor& u) { one_hot(u); }},
      {"masked_select", [](const Tensor& u) { masked_select(u, yes); }},
      {"mask of masked_select", [](const Tensor& u) { masked_select(x, u); }},
      {"masked_scatter", [](const Tensor& u) { masked_scatter(u, yes, x); }},
      {"mask of masked_scatter", [](const Tensor& u) { masked_scatter(x, u, x); }},
      {"src of masked_scatter", [](const Tensor& u) { masked_scatter(x, yes, u); }},
      {"index", [](const Tensor& u) { index(u, {0}); }},
      {"places of index", [](const Tensor& u) { index(x, {u}); }},
      {"index_put", [](const Tensor& u) { index_put(u, {0}, 1); }},
      {"places of index_put", [](const Tensor& u) { index_put(x, {u}, 1); }},
      {"values of index_put", [](const Tensor& u) { index_put(x, {0}, u); }},
  });
}

TEST_CASE("sorting and running ops refuse a tensor that is not there") {
  check_refused({
      {"argsort", [](const Tensor& u) { argsort(u); }},
      {"sort", [](const Tensor& u) { sort(u); }},
      {"topk", [](const Tensor& u) { topk(u, 1); }},
      {"kthvalue", [](const Tensor& u) { kthvalue(u, 1); }},
      {"median", [](const Tensor& u) { median(u); }},
      {"median of an axis", [](const Tensor& u) { median(u, 0); }},
      {"mode", [](const Tensor& u) { mode(u); }},
      {"quantile", [](const Tensor& u) { quantile(u, 0.5); }},
      {"q of quantile", [](const Tensor& u) { quantile(x, u); }},
      {"searchsorted", [](const Tensor& u) { searchsorted(u, x); }},
      {"values of searchsorted", [](const Tensor& u) { searchsorted(x, u); }},
      {"bucketize", [](const Tensor& u) { bucketize(u, x); }},
      {"boundaries of bucketize", [](const Tensor& u) { bucketize(x, u); }},
      {"cumsum", [](const Tensor& u) { cumsum(u, 0); }},
      {"cumprod", [](const Tensor& u) { cumprod(u, 0); }},
      {"logcumsumexp", [](const Tensor& u) { logcumsumexp(u, 0); }},
      {"cummax", [](const Tensor& u) { cummax(u, 0); }},
      {"cummin", [](const Tensor& u) { cummin(u, 0); }},
      {"diff", [](const Tensor& u) { diff(u); }},
  });
}

TEST_CASE("reductions refuse a tensor that is not there") {
  check_refused({
      {"sum", [](const Tensor& u) { sum(u); }},
      {"mean", [](const Tensor& u) { mean(u); }},
      {"var", [](const Tensor& u) { var(u); }},
      {"std", [](const Tensor& u) { std(u); }},
      {"var_mean", [](const Tensor& u) { var_mean(u); }},
      {"std_mean", [](const Tensor& u) { std_mean(u); }},
      {"nansum", [](const Tensor& u) { nansum(u); }},
      {"nanmean", [](const Tensor& u) { nanmean(u); }},
      {"amax", [](const Tensor& u) { amax(u); }},
      {"amin", [](const Tensor& u) { amin(u); }},
      {"max", [](const Tensor& u) { max(u); }},
      {"max of an axis", [](const Tensor& u) { max(u, 0); }},
      {"min", [](const Tensor& u) { min(u); }},
      {"min of an axis", [](const Tensor& u) { min(u, 0); }},
      {"argmax", [](const Tensor& u) { argmax(u); }},
      {"argmin", [](const Tensor& u) { argmin(u, 0); }},
      {"prod", [](const Tensor& u) { prod(u); }},
      {"logsumexp", [](const Tensor& u) { logsumexp(u); }},
      {"norm", [](const Tensor& u) { norm(u); }},
      {"all", [](const Tensor& u) { all(u); }},
      {"any", [](const Tensor& u) { any(u); }},
      {"count_nonzero", [](const Tensor& u) { count_nonzero(u); }},
      {"segment_sum", [](const Tensor& u) { segment_sum(u, ids); }},
      {"segment_ids of segment_sum", [](const Tensor& u) { segment_sum(x, u); }},
      {"segment_mean", [](const Tensor& u) { segment_mean(u, ids); }},
      {"segment_max", [](const Tensor& u) { segment_max(u, ids); }},
      {"segment_ids of segment_min", [](const Tensor& u) { segment_min(x, u); }},
  });
}

TEST_CASE("comparisons and choices refuse a tensor that is not there") {
  check_refused({
      {"eq", [](const Tensor& u) { static_cast<void>(u == x); }},
      {"ne", [](const Tensor& u) { static_cast<void>(x != u); }},
      {"lt", [](const Tensor& u) { static_cast<void>(u < 1); }},
      {"le", [](const Tensor& u) { static_cast<void>(x <= u); }},
      {"gt", [](const Tensor& u) { static_cast<void>(u > x); }},
      {"ge", [](const Tensor& u) { static_cast<void>(1 >= u); }},
      {"logical_and", [](const Tensor& u) { logical_and(u, yes); }},
      {"logical_or", [](const Tensor& u) { logical_or(yes, u); }},
      {"logical_xor", [](const Tensor& u) { logical_xor(u, yes); }},
      {"condition of where", [](const Tensor& u) { where(u, x, 0); }},
      {"a of where", [](const Tensor& u) { where(yes, u, 0); }},
      {"b of where", [](const Tensor& u) { where(yes, 0, u); }},
      {"masked_fill", [](const Tensor& u) { masked_fill(u, yes, 0); }},
      {"mask of masked_fill", [](const Tensor& u) { masked_fill(x, u, 0); }},
      {"value of masked_fill", [](const Tensor& u) { masked_fill(x, yes, u); }},
  });
}
// clang-format on

}  // namespace
}  // namespace xg
