#pragma once
/// Calls a test body with every instruction set that is compiled and that this CPU has. The body itself is compiled for
/// none of them: what it computes on lanes takes the calls that are not inlined, unless it uses `run_on`.

#include <xgrad/core/dispatch.hpp>

namespace support {

template <class Isa, class F> void on_isa(F& body) {
  if (xg::detail::level_of<Isa> <= xg::detail::chosen_level(nullptr)) body(Isa());
}

template <class F, class... Isas> void on_each(F& body, xg::isa_list<Isas...>) { (on_isa<Isas>(body), ...); }

template <class F> void each_isa(F body) { on_each(body, xg::compiled_isas()); }

}  // namespace support
