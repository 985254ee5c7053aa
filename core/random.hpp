#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "reflect.hpp"

namespace xg {

/// The Philox4x32-10 bijection: ten rounds on a 128-bit counter under a 64-bit key.
/// Source  Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// A stream of random draws. Element i of a draw depends on the seed, on the number of draws before it and on
/// i alone, hence not on the thread count. Any thread may draw; each draw is atomic.
class Generator {
 public:
  /// All there is to a stream: restoring it repeats what followed.
  struct State {
    std::uint64_t seed = 0;
    std::uint64_t draws = 0;
    bool operator==(const State&) const = default;
  };

  explicit Generator(std::uint64_t seed) : state_{seed, 0} {}
  Generator(const Generator& other) : state_(other.state()) {}
  Generator& operator=(const Generator& other);

  /// Fills with values of [lo, hi); with lo if both are equal.
  /// Throws  ValueError "[uniform] lo 2 and hi 1: lo must not exceed hi, and hi - lo must be finite".
  void fill_uniform(std::span<float> out, float lo = 0, float hi = 1);
  void fill_uniform(std::span<double> out, double lo = 0, double hi = 1);

  /// Fills with normally distributed values.
  /// Throws  ValueError "[normal] mean 0 and stddev -1: both must be finite, and stddev not negative".
  void fill_normal(std::span<float> out, float mean = 0, float stddev = 1);
  void fill_normal(std::span<double> out, double mean = 0, double stddev = 1);

  /// Fills with true, or 1, with probability p, and with false, or 0, otherwise.
  /// Units   p counts in steps of 2^-24.
  /// Throws  ValueError "[bernoulli] p 1.5: a probability lies in [0, 1]".
  void fill_bernoulli(std::span<bool> out, double p);
  void fill_bernoulli(std::span<float> out, double p);
  void fill_bernoulli(std::span<double> out, double p);

  /// Fills with integers of [lo, hi), each equally likely.
  /// Throws  ValueError "[integers] lo 3 and hi 3: lo must be less than hi".
  void fill_integers(std::span<std::int64_t> out, std::int64_t lo, std::int64_t hi);

  /// The numbers 0 ... n - 1, shuffled.
  /// Throws  ValueError "[permutation] n -1: must not be negative".
  std::vector<std::int64_t> permutation(std::int64_t n);

  /// A new stream, independent of this one's further draws; counts as one draw.
  Generator fork();

  State state() const;
  void set_state(State state);

 private:
  State next_draw();

  mutable std::mutex mutex_;
  State state_;
};

template <> inline constexpr bool is_opaque<Generator> = true;

/// The stream of every function that is not given one; it starts at seed 0, so that a program repeats itself.
Generator& default_generator();

/// Restarts the default generator at this seed.
void manual_seed(std::uint64_t seed);

}  // namespace xg
