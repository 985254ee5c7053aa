#pragma once
/// What Monitor sees of activations while a model runs.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "../core/node.hpp"
#include "../core/parameters.hpp"

namespace xg::optim {

/// How often values fell into equal intervals from lo to hi.
struct Histogram {
  double lo = 0;
  double hi = 0;
  std::vector<std::int64_t> counts{};
};

/// An activation of a model, with figures of its latest sample.
struct ActivationFigures {
  std::string op;       ///< "relu"
  std::string layer;    ///< path of the layer before it on the tape, "fc1"; empty if there is none
  std::string name;     ///< "relu after fc1"
  bool hidden = false;  ///< further layers come after it
  double rms = 0;       ///< root mean square of its values
  /// Share of the units that were 0 for all examples of the whole window; NaN for an op that cannot die.
  double dead = std::numeric_limits<double>::quiet_NaN();
  /// Share of the values where the slope is below a twentieth of its maximum; NaN for an op without flat ends.
  double saturated = std::numeric_limits<double>::quiet_NaN();
  Histogram first{};  ///< of the first sample
  Histogram latest{};
};

/// Follows the activations of a model from sample to sample. A sample is what is recorded between begin() and
/// end(), which may be several passes of the model, each watched by a Pass.
class ActivationLog {
 public:
  /// `further_ops` are watched beside the library's own activations.
  ActivationLog(const std::vector<NamedTensor>& parameters, std::int64_t window,
                std::vector<std::string> further_ops);

  void begin();
  void end();

  /// While it lives, what this thread records is seen.
  class Pass final : public TapeObserver {
   public:
    explicit Pass(ActivationLog& log);
    ~Pass();
    void recorded(Node& node, std::span<const Tensor> outputs) const override;

   private:
    ActivationLog& log_;
    const TapeObserver* before_;
    std::int64_t first_place_;
  };

  /// In the order in which the model ran them first.
  const std::vector<ActivationFigures>& figures() const { return figures_; }
  /// Places of parameters, as numbered by the constructor, in the order in which the model used them first.
  const std::vector<std::size_t>& use_order() const { return use_order_; }

 private:
  struct Kind;
  struct Origin;
  struct Units;

  const Kind* kind_of(std::string_view op) const;
  Origin origin_of(const Node& node) const;
  std::size_t find_or_add(const Node& node, const Origin& origin, std::int64_t units);
  void note_parameters(const Node& node);
  void measure(std::size_t which, const Kind& kind, const Tensor& y, const Units& units);

  /// What is counted of an activation while a sample lasts, and of its units beyond it.
  struct Tally {
    std::vector<bool> alive{};          // units that were not 0 in this sample
    std::vector<std::int64_t> quiet{};  // for how many samples each unit was 0 throughout
    std::int64_t values = 0, flat = 0;  // looked at, saturated
    double squares = 0;
    std::int64_t place = -1;  // when it was recorded last
  };

  std::int64_t window_;
  std::vector<std::string> further_ops_;
  std::vector<std::string> paths_;
  std::unordered_map<const TensorImpl*, std::size_t> parameters_;
  std::vector<bool> used_;
  std::vector<std::size_t> use_order_;
  std::vector<ActivationFigures> figures_;
  std::vector<Tally> tallies_;
  std::int64_t place_ = 0;             // ops seen so far
  std::int64_t last_layer_place_ = 0;  // of the latest op that took data and a parameter
};

}  // namespace xg::optim
