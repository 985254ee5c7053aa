#pragma once
/// Internal to gradcheck: derivatives of a function against differences, and what both it and its parts need.

#include <vector>

#include "gradcheck.hpp"
#include "random.hpp"

namespace xg::gradcheck_detail {

/// The first-order check of one function.
GradcheckResult compare(const Function& f, const Inputs& inputs, const GradcheckOptions& options);

using Values = std::vector<double>;
Values values_of(const Tensor& x);
/// Of either sign and away from zero, so that no element goes unseen.
Values random_weights(Generator& generator, std::size_t n);
/// How much a verdict says: the headline is about the first of the gravest ones.
int gravity(GradcheckVerdict verdict);

}  // namespace xg::gradcheck_detail
