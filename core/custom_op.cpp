#include "custom_op.hpp"

#include <fmt/format.h>

namespace xg::detail {

void throw_array_vjp_twice(const char* name) {
  throw GraphError(fmt::format(
      "[{}] has no second derivative: its vjp is written on arrays; write it on Tensors with custom_op()",
      name));
}

}  // namespace xg::detail
