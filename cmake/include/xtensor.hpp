#pragma once

// The bridge to xtensor; include it before any xtensor header of your own.
#include <xgrad/core/xtensor.hpp>
