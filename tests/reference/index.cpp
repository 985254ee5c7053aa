#include <xgrad/ops/index.hpp>
#include <xgrad/ops/sort.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

const OpsOf by_index{
    {"gather", [](const Call& c) { return gather(c[0], c.integer("dim"), c[1]); }},
    {"take_along_dim",
     [](const Call& c) {
       return c.has("dim") ? take_along_dim(c[0], c[1], c.integer("dim")) : take_along_dim(c[0], c[1]);
     }},
    {"take", binary(take)},
    {"index_copy", [](const Call& c) { return index_copy(c[0], c.integer("dim"), c[1], c[2]); }},
    {"index_fill", [](const Call& c) { return index_fill(c[0], c.integer("dim"), c[1], c.number("value")); }},
    {"masked_scatter", [](const Call& c) { return masked_scatter(c[0], c[1], c[2]); }},
    {"index_select", [](const Call& c) { return index_select(c[0], c.integer("dim"), c[1]); }},
    {"scatter_add", [](const Call& c) { return scatter_add(c[0], c.integer("dim"), c[1], c[2]); }},
    {"scatter", [](const Call& c) { return scatter(c[0], c.integer("dim"), c[1], c[2]); }},
    {"scatter_value", [](const Call& c) { return scatter(c[0], c.integer("dim"), c[1], c.number("value")); }},
    {"index_add",
     [](const Call& c) { return index_add(c[0], c.integer("dim"), c[1], c[2], c.number("alpha", 1)); }},
    {"masked_select", binary(masked_select)},
    {"one_hot", [](const Call& c) { return one_hot(c[0], c.integer("num_classes", -1)); }},
    {"nonzero", unary(nonzero)},
};

const OpsOf by_order{
    {"sort", [](const Call& c) { return sort(c[0], c.integer("dim", -1), c.flag("descending")); }},
    {"argsort", [](const Call& c) { return argsort(c[0], c.integer("dim", -1), c.flag("descending")); }},
    {"kthvalue",
     [](const Call& c) { return kthvalue(c[0], c.integer("k"), c.integer("dim", -1), c.flag("keepdim")); }},
    {"searchsorted", [](const Call& c) { return searchsorted(c[0], c[1], c.flag("right")); }},
    {"topk",
     [](const Call& c) { return topk(c[0], c.integer("k"), c.integer("dim", -1), c.flag("largest", true)); }},
};

}  // namespace
}  // namespace xg::test
