#pragma once
/// What ops that take int64 indices check first. Internal to ops.

#include "../core/tensor.hpp"

namespace xg {

/// Dense int64 indices, each of them within [0, length) of an axis of the shape `of`.
/// Throws  IndexError "[gather] index 4 at [0, 2] is out of range for axis 0 of [3, 5]"; DtypeError.
Tensor checked_index(const char* op, const Tensor& index, std::int64_t length, std::int64_t axis,
                     const Shape& of);
/// The same, where negative indices count from the end.
Tensor wrapped_index(const char* op, const Tensor& index, std::int64_t length, std::int64_t axis,
                     const Shape& of);

}  // namespace xg
