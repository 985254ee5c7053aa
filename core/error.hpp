#pragma once

#include <stdexcept>
#include <string>

namespace xg {

/// Base of every exception that xgrad throws; the text starts with the op in brackets and ends with the remedy.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Shapes, ranks, axes or sizes do not fit.
struct ShapeError : Error {
  using Error::Error;
};

/// An op cannot work on this dtype.
struct DtypeError : Error {
  using Error::Error;
};

/// An index lies outside of its axis.
struct IndexError : Error {
  using Error::Error;
};

/// An option or a scalar argument has a value that makes no sense.
struct ValueError : Error {
  using Error::Error;
};

/// The tape cannot do what was asked: freed, changed since, not recorded, walked twice.
struct GraphError : Error {
  using Error::Error;
};

/// A NaN or an infinity turned up in anomaly mode.
struct AnomalyError : Error {
  using Error::Error;
};

/// Two trees of structs differ in their paths, shapes or dtypes.
struct StructureError : Error {
  using Error::Error;
};

/// A file or a stream cannot be read or written, or its content is malformed.
struct IoError : Error {
  using Error::Error;
};

}  // namespace xg
