#pragma once
/// What a classifier gets wrong, for a look at it.

#include <cstdint>
#include <string>
#include <vector>

#include "../core/tensor.hpp"

namespace xg::optim {

/// How often samples of each class were taken for each class.
/// Shapes  prediction [n] int64, or scores [n, classes] of which the highest counts; target [n] int64; out
///         [classes, classes] int64, rows by target, columns by prediction. Matrices of batches can be added.
/// Throws  ShapeError "[confusion_matrix] prediction [3, 2, 2] and target [3]: ..."; IndexError for a class that
///         does not exist; DtypeError for classes that are not int64.
Tensor confusion_matrix(const Tensor& prediction, const Tensor& target, std::int64_t classes);

/// A sample to be shown.
struct Example {
  Tensor image;  ///< [height, width], [1, height, width] or [3, height, width]
  double loss = 0;
  std::string caption{};  ///< "7 taken for 1"
};

struct WorstOptions {
  std::int64_t count = 24;
  std::vector<std::string> captions{};  ///< one a sample
};

/// The samples with the highest losses, the worst first; NaN is worst of all.
/// Shapes  images [n, ...]; losses [n].
/// Throws  ShapeError "[worst_examples] images [8, 28, 28], losses [9] and 0 captions: ...".
std::vector<Example> worst_examples(const Tensor& images, const Tensor& losses,
                                    const WorstOptions& options = {});

struct WorstClassesOptions {
  std::int64_t count = 24;
  std::vector<std::string> classes{};  ///< their names; without them they are counted from 0
};

/// Those with the highest cross-entropy of scores, captioned "7 taken for 1".
/// Shapes  images [n, ...]; scores [n, classes]; target [n] int64.
/// Throws  as nn::cross_entropy and above; ShapeError if the names are not as many as the classes.
std::vector<Example> worst_examples(const Tensor& images, const Tensor& scores, const Tensor& target,
                                    const WorstClassesOptions& options = {});

}  // namespace xg::optim
