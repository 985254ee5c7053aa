#pragma once

#include <xgrad/ops/window.hpp>

#include "table.hpp"

namespace xg::test {

/// An argument for each of N axes of an image: one number for all of them, or N.
template <std::size_t N> SizeNd<N> size_nd(const Call& c, const char* name, std::int64_t otherwise) {
  return c.each<N>(name, otherwise);
}

}  // namespace xg::test
