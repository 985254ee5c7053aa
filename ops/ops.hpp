#pragma once
/// All public ops.

#include "activation.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "conv.hpp"
#include "distance.hpp"
#include "index.hpp"
#include "jacobian.hpp"
#include "math.hpp"
#include "matmul.hpp"
#include "norm.hpp"
#include "pool.hpp"
#include "reduce.hpp"
#include "softmax.hpp"
#include "view.hpp"
