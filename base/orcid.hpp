// ORCID iDs: only the canonical form counts, "0000-0002-1825-0097", with the right checksum.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

// Why a text is no iD ("its last character should be 7"), and empty where it is one. No trimming, no
// addresses, no lower-case x: two spellings of one person would be two persons to the allow-list.
std::string why_not_an_orcid(std::string_view text);

inline bool is_orcid(std::string_view text) {
  return why_not_an_orcid(text).empty();
}

}  // namespace slipway
