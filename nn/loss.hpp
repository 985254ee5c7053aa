#pragma once
/// Losses, with PyTorch's names, formulas and defaults. Input and target must have one shape: they are not
/// broadcast, since a target [n] beside an input [n, 1] is nearly always a mistake.

#include "loss_classes.hpp"
#include "loss_ctc.hpp"
#include "loss_embedding.hpp"
#include "loss_margin.hpp"
#include "loss_regression.hpp"
