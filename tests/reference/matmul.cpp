#include <xgrad/ops/matmul.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

const OpsOf products{
    {"matmul", binary(matmul)},
    {"mm", binary(mm)},
    {"bmm", binary(bmm)},
    {"mv", binary(mv)},
    {"dot", binary(dot)},
    {"outer", binary(outer)},
    {"addmm",
     [](const Call& c) {
       return addmm(c[0], c[1], c[2], {.beta = c.number("beta", 1), .alpha = c.number("alpha", 1)});
     }},
    {"linear", [](const Call& c) { return linear(c[0], c[1], c.find("bias")); }},
};

}  // namespace
}  // namespace xg::test
