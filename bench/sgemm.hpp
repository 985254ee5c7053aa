#pragma once

#include <memory>

#include "workload.hpp"

namespace bench {

/// Measures a library's sgemm(product, a, b, c) of row-major matrices at all products of the list.
template <class Sgemm> void add_products(Sgemm sgemm) {
  for (const Product& p : products)
    add(p.name(), [p, sgemm]() -> Run {
      auto c = std::make_shared<std::vector<float>>(static_cast<std::size_t>(p.m * p.n));
      return {[=, a = normals(p.m * p.k, 0), b = normals(p.k * p.n, 1)] {
                sgemm(p, a.data(), b.data(), c->data());
              },
              [=] { return std::vector<double>{checksum(c->data(), p.m * p.n)}; }};
    });
}

}  // namespace bench
