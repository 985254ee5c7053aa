#pragma once

#include <cstddef>
#include <cstdint>

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
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  T* data() const { return data_; }

 private:
  std::size_t bytes_;
  T* data_;
};

}  // namespace xg
