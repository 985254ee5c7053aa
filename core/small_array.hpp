#pragma once

#include <array>
#include <cstddef>

namespace xg {

/// An array whose length is fixed at run time; up to N elements lie in place, more in memory of their own.
template <class T, std::size_t N> class SmallArray {
 public:
  explicit SmallArray(std::size_t size) : data_(size <= N ? inline_.data() : new T[size]), size_(size) {}
  ~SmallArray() {
    if (data_ != inline_.data()) delete[] data_;
  }
  SmallArray(const SmallArray&) = delete;
  SmallArray& operator=(const SmallArray&) = delete;

  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

 private:
  std::array<T, N> inline_{};
  T* data_;
  std::size_t size_;
};

}  // namespace xg
