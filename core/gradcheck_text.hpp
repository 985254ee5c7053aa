#pragma once
/// Internal to gradcheck: what it says.

#include <string>
#include <string_view>
#include <vector>

#include "gradcheck.hpp"

namespace xg::gradcheck_detail {

/// "[3,7]" for the row-major number of an element; empty for a 0-d tensor.
std::string element_name(const Shape& shape, std::size_t linear);
std::string_view to_string(GradcheckVerdict verdict);
/// The sign of a NaN says nothing.
double positive_nan(double v);

/// One line for each of the first `most` rows under a line of titles.
std::string table_of(const std::vector<GradcheckRow>& rows, std::size_t most);
/// The call in C++, "gradcheck(f, {tensor({{1, 2}, {3, 4}}, {.dtype = float64})}, {.seed = 0})": with the values
/// of the inputs where they are few.
std::string reproduction(std::string_view verb, const Inputs& inputs, const GradcheckOptions& options);

}  // namespace xg::gradcheck_detail
