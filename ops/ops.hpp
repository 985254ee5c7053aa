#pragma once
/// All public ops.

#include "activation.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "index.hpp"
#include "math.hpp"
#include "norm.hpp"
#include "reduce.hpp"
#include "softmax.hpp"
#include "view.hpp"
