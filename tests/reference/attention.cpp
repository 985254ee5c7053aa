#include <xgrad/ops/index.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

const OpsOf lookups{
    {"embedding", [](const Call& c) { return embedding(c[1], c[0], c.integer("padding_idx", -1)); }},
};

}  // namespace
}  // namespace xg::test
