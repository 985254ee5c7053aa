#pragma once

#include <map>
#include <string>
#include <vector>

#include "optimizer.hpp"

namespace xg::optim {

struct LookaheadOptions {
  std::int64_t steps = 5;  ///< of the optimizer between two steps of the slow weights
  double alpha = 0.5;      ///< how far the slow weights follow
};

/// Another optimizer's steps, where after every `steps` of them the slow weights s' = s + alpha (p - s) are
/// taken in place of p.
/// Throws  ValueError "[Lookahead] steps 0: expected more than 0".
/// Source  Zhang et al. 2019, arXiv:1907.08610.
class Lookahead {
 public:
  /// The optimizer must outlive it.
  explicit Lookahead(Optimizer& fast, LookaheadOptions options = {});

  void step();

  /// The slow weights in the order of the optimizer's parameters, "slow.0", ..., and "steps". The optimizer's
  /// own state is saved by itself.
  std::map<std::string, Tensor> state() const;
  /// Throws  StructureError, before anything is changed, "[load_state] \"slow.0\" is missing".
  void load_state(const std::map<std::string, Tensor>& saved);

 private:
  Optimizer& fast_;
  LookaheadOptions options_;
  std::vector<Tensor> slow_;
  std::int64_t steps_ = 0;
};

}  // namespace xg::optim
