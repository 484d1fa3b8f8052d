// The tables of Slipway's own in a database: schema `slipway`, made and brought up to date here.
#pragma once

#include "base/pg/session.hpp"
#include "swap/registry/place.hpp"

namespace slipway::swap {

// Whether the registry is there at all. One that a newer Slipway wrote is an error (F22).
Result<bool> registry_exists(const Seams& seams, const RegistryPlace& place);
// Makes it, or brings it up to date; the database too where that is missing. Two at once do it once.
Done make_registry(const Seams& seams, const RegistryPlace& place);

}  // namespace slipway::swap
