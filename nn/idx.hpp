#pragma once

#include <filesystem>

#include "../core/tensor.hpp"

namespace xg::nn {

/// An IDX file, plain or gzip-compressed, as a tensor: integers become int64, floats and doubles float32 and
/// float64.
/// Throws  IoError "[read_idx] labels.gz: 9200 of 10008 bytes: the file is truncated", or otherwise
/// malformed.
/// Source  http://yann.lecun.com/exdb/mnist, "The IDX file format".
Tensor read_idx(const std::filesystem::path& path);
/// The same, converted to `dtype` without a detour.
Tensor read_idx(const std::filesystem::path& path, Dtype dtype);

/// Handwritten digits.
struct Mnist {
  Tensor train_images, train_labels;  ///< float32 [n, 1, 28, 28] in 0..1; int64 [n]
  Tensor test_images, test_labels;
};

/// Reads the four files of MNIST, or of a data set in its format, from a folder; each may be plain or end in
/// ".gz".
/// Throws  IoError that lists the files and says where they are to be had, if one is missing; as read_idx;
/// StructureError if images and labels differ in number.
Mnist load_mnist(const std::filesystem::path& directory);

}  // namespace xg::nn
