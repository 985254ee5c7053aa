#pragma once

// All of xgrad but the bridge to xtensor, which costs compile time only to those who include
// <xgrad/xtensor.hpp>.
#include <xgrad/core/core.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/ops/ops.hpp>
#include <xgrad/optim/optim.hpp>
