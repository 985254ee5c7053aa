#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "../core/memory.hpp"

namespace xg {

/// Uninitialised cached memory for n numbers while an op runs; null for none.
template <class T> class Buffer {
 public:
  explicit Buffer(std::int64_t n)
      : bytes_(static_cast<std::size_t>(n) * sizeof(T)),
        data_(static_cast<T*>(n == 0 ? nullptr : allocate(bytes_))) {}
  ~Buffer() {
    if (data_) deallocate(data_, bytes_);
  }
  Buffer(Buffer&& other) noexcept : bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}
  Buffer& operator=(const Buffer&) = delete;
  T* data() const { return data_; }

 private:
  std::size_t bytes_;
  T* data_;
};

/// The same, filled with zeros.
template <class T> class ZeroBuffer : public Buffer<T> {
 public:
  explicit ZeroBuffer(std::int64_t n) : Buffer<T>(n) { std::fill_n(this->data(), n, T{}); }
};

}  // namespace xg
