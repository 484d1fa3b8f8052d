// ORCID iDs: the canonical form and its checksum.
#include "base/orcid.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway {
namespace {

// Of ORCID's own documentation and registry.
constexpr const char* real[] = {"0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X",
                                "0000-0002-9079-593X", "0009-0000-0000-0009"};

TEST(Orcid, RealOnesAreTaken) {
  for (const char* id : real) EXPECT_EQ(why_not_an_orcid(id), "") << id;
}

TEST(Orcid, EveryMistypedDigitAndEveryTwoThatChangedPlacesAreFound) {
  for (const std::string& id : std::vector<std::string>(std::begin(real), std::end(real)))
    for (std::size_t at = 0; at < id.size(); ++at) {
      if (id[at] == '-') continue;
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string mistyped = id;
        mistyped[at] = digit;
        EXPECT_EQ(is_orcid(mistyped), mistyped == id) << mistyped;
      }
      std::string swapped = id;
      const std::size_t next = at + 1 < id.size() && id[at + 1] == '-' ? at + 2 : at + 1;
      if (next >= id.size()) continue;
      std::swap(swapped[at], swapped[next]);
      EXPECT_EQ(is_orcid(swapped), swapped == id) << swapped;
    }
}

TEST(Orcid, OtherSpellingsAreOtherPersons) {
  for (const std::string& bad :
       {std::string(), std::string("0000000218250097"), std::string(" 0000-0002-1825-0097"),
        std::string("0000-0002-1825-0097\n"), std::string("0000-0002-1825-0097\0", 20),
        std::string("https://orcid.org/0000-0002-1825-0097"), std::string("0000-0002-1694-233x"),
        std::string("X000-0002-1825-0097"), std::string("0000_0002_1825_0097"),
        std::string("0000‐0002‐1825‐0097"), std::string("٠٠٠٠-0002-1825-0097"), std::string(19, '-'),
        std::string(1 << 20, '0')})
    EXPECT_FALSE(is_orcid(bad)) << bad.substr(0, 60);
}

}  // namespace
}  // namespace slipway
