#pragma once

#include <cstddef>
#include <memory>

namespace xg {

/// An array whose length is fixed at run time; up to N elements lie in place, more in memory of their own.
template <class T, std::size_t N> class SmallArray {
 public:
  explicit SmallArray(std::size_t size) : size_(size) {
    if (size <= N)
      std::uninitialized_value_construct_n(place_.few, size);
    else
      place_.many = new T[size]();
  }
  ~SmallArray() {
    if (size_ <= N)
      std::destroy_n(place_.few, size_);
    else
      delete[] place_.many;
  }
  SmallArray(const SmallArray&) = delete;
  SmallArray& operator=(const SmallArray&) = delete;

  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }
  T* data() { return size_ <= N ? place_.few : place_.many; }
  const T* data() const { return size_ <= N ? place_.few : place_.many; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }

 private:
  union Place {
    Place() {}
    ~Place() {}
    T few[N];
    T* many;
  };

  std::size_t size_;
  Place place_;
};

}  // namespace xg
