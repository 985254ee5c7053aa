#pragma once

// Data sets from files and from memory, in batches.
#include "csv.hpp"
#include "idx.hpp"
#include "loader.hpp"
