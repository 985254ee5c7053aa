#pragma once
/// OpenBLAS's C interface, held at one thread because threads are ours. Internal to ops.

#include <cblas.h>

namespace xg {

/// To be called before OpenBLAS or its LAPACK computes anything.
inline void hold_blas_at_one_thread() {
  static const bool held = (openblas_set_num_threads(1), true);
  static_cast<void>(held);
}

}  // namespace xg
