#pragma once

#include "create.hpp"

namespace xg {

/// A tensor on the tape, or a number that is known while recording: what dual numbers are made of when a
/// derivative is itself recorded. The zeros and ones that seed tangents are such numbers and leave no trace
/// on the tape. A template so that the tensors' operators, which live a floor higher, are looked up where it
/// is used.
template <class T> struct BasicRecorded;

/// What comparisons of recorded values give. A type of its own, so that `where(c, 0.1, 0.2)` keeps its numbers
/// in full precision.
template <class T> struct BasicRecordedMask : T {
  using Recorded = BasicRecorded<T>;

  BasicRecordedMask(const T& condition) : T(condition) {}
  const T& tensor() const { return *this; }

  friend BasicRecordedMask operator&(const BasicRecordedMask& a, const BasicRecordedMask& b) {
    return a.tensor() & b.tensor();
  }
  friend BasicRecordedMask operator|(const BasicRecordedMask& a, const BasicRecordedMask& b) {
    return a.tensor() | b.tensor();
  }
  friend BasicRecordedMask operator^(const BasicRecordedMask& a, const BasicRecordedMask& b) {
    return a.tensor() ^ b.tensor();
  }
  friend BasicRecordedMask operator!(const BasicRecordedMask& a) { return !a.tensor(); }
  friend Recorded where(const BasicRecordedMask& c, const Recorded& a, const Recorded& b) {
    if (a.is_number() && b.is_number() && a.number() == b.number()) return a;
    return where(c.tensor(), a.tensor(), b.tensor());
  }
};

template <class T> struct BasicRecorded : T {
  using Mask = BasicRecordedMask<T>;

  BasicRecorded() = default;
  BasicRecorded(const T& tensor) : T(tensor) {}
  BasicRecorded(double number) : T(scalar(number, {.dtype = float64})), number_(number), is_number_(true) {}

  bool is_number() const { return is_number_; }
  double number() const { return number_; }
  const T& tensor() const { return *this; }

  friend BasicRecorded zeros_like(const BasicRecorded&) { return 0.0; }
  friend BasicRecorded where(bool c, const BasicRecorded& a, const BasicRecorded& b) { return c ? a : b; }

  friend BasicRecorded operator-(const BasicRecorded& a) {
    if (a.is_number_) return -a.number_;
    return -a.tensor();
  }
  friend BasicRecorded operator+(const BasicRecorded& a, const BasicRecorded& b) {
    if (a.is_number_ && b.is_number_) return a.number_ + b.number_;
    if (a.is(0)) return b;
    if (b.is(0)) return a;
    if (a.is_number_) return a.number_ + b.tensor();
    if (b.is_number_) return a.tensor() + b.number_;
    return a.tensor() + b.tensor();
  }
  friend BasicRecorded operator-(const BasicRecorded& a, const BasicRecorded& b) {
    if (a.is_number_ && b.is_number_) return a.number_ - b.number_;
    if (a.is(0)) return -b;
    if (b.is(0)) return a;
    if (a.is_number_) return a.number_ - b.tensor();
    if (b.is_number_) return a.tensor() - b.number_;
    return a.tensor() - b.tensor();
  }
  friend BasicRecorded operator*(const BasicRecorded& a, const BasicRecorded& b) {
    if (a.is_number_ && b.is_number_) return a.number_ * b.number_;
    if (a.is(0) || b.is(0)) return 0.0;
    if (a.is(1)) return b;
    if (b.is(1)) return a;
    if (a.is_number_) return a.number_ * b.tensor();
    if (b.is_number_) return a.tensor() * b.number_;
    return a.tensor() * b.tensor();
  }
  friend BasicRecorded operator/(const BasicRecorded& a, const BasicRecorded& b) {
    if (a.is_number_ && b.is_number_) return a.number_ / b.number_;
    if (a.is(0)) return 0.0;
    if (b.is(1)) return a;
    if (a.is_number_) return a.number_ / b.tensor();
    if (b.is_number_) return a.tensor() / b.number_;
    return a.tensor() / b.tensor();
  }

  friend Mask operator==(const BasicRecorded& a, const BasicRecorded& b) { return a.tensor() == b.tensor(); }
  friend Mask operator!=(const BasicRecorded& a, const BasicRecorded& b) { return a.tensor() != b.tensor(); }
  friend Mask operator<(const BasicRecorded& a, const BasicRecorded& b) { return a.tensor() < b.tensor(); }
  friend Mask operator<=(const BasicRecorded& a, const BasicRecorded& b) { return a.tensor() <= b.tensor(); }
  friend Mask operator>(const BasicRecorded& a, const BasicRecorded& b) { return a.tensor() > b.tensor(); }
  friend Mask operator>=(const BasicRecorded& a, const BasicRecorded& b) { return a.tensor() >= b.tensor(); }

 private:
  bool is(double value) const { return is_number_ && number_ == value; }

  double number_ = 0;
  bool is_number_ = false;
};

using Recorded = BasicRecorded<Tensor>;

}  // namespace xg
