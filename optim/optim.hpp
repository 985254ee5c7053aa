#pragma once
/// Optimizers and schedules, clipping, penalties, and what shows how training goes.

#include "adagrad.hpp"
#include "adam.hpp"
#include "adam_variants.hpp"
#include "chart.hpp"
#include "clip.hpp"
#include "decision_map.hpp"
#include "heat_map.hpp"
#include "page.hpp"
#include "penalty.hpp"
#include "progress.hpp"
#include "rmsprop.hpp"
#include "schedule.hpp"
#include "sgd.hpp"
#include "sign_based.hpp"
