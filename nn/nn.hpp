#pragma once
/// All of nn: layers as structs, initialisers, losses, data sets and model files.

#include "activation.hpp"
#include "attention.hpp"
#include "conv.hpp"
#include "data.hpp"
#include "dropout.hpp"
#include "embedding.hpp"
#include "init.hpp"
#include "linear.hpp"
#include "loss.hpp"
#include "norm.hpp"
#include "pool.hpp"
#include "position.hpp"
#include "rnn.hpp"
#include "safetensors.hpp"
#include "sequential.hpp"
#include "transformer.hpp"
