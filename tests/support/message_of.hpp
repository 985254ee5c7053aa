#pragma once

#include <doctest/doctest.h>

#include <string>

/// The text of the exception of type E that f throws; fails the test if it throws none.
template <class E, class F> std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  FAIL("nothing was thrown");
  return {};
}

inline bool contains(const std::string& text, const std::string& piece) {
  return text.find(piece) != text.npos;
}
