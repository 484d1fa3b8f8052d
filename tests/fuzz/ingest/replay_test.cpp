// Every seed through its parser, and some thousand mutations of them. libFuzzer goes further: tests/fuzz/run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <random>
#include <vector>

#include "tests/fuzz/ingest/targets.hpp"

namespace slipway::fuzz {

void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

namespace {

// This file's name may be relative to the folder of the build, which is the one above the program's.
std::filesystem::path seeds() {
  const std::filesystem::path build =
      std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  return (build / __FILE__).parent_path().parent_path() / "seeds";
}

std::vector<std::string> seeds_of(const std::string& name) {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(seeds() / name)) {
    std::ifstream in(entry.path(), std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return all;
}

class Each : public testing::TestWithParam<Target> {
 protected:
  static void run(const std::string& bytes) {
    // Behind a copy of exactly that size a sanitizer sees every step too far.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    try {
      GetParam().run({exact.data(), exact.size()});
    } catch (const std::exception& broken) {
      FAIL() << broken.what() << " of " << testing::PrintToString(bytes);
    }
  }
};

TEST_P(Each, SeedIsRead) {
  const std::vector<std::string> all = seeds_of(GetParam().name);
  ASSERT_FALSE(all.empty());
  for (const std::string& bytes : all) run(bytes);
}

std::string mutated(std::string bytes, const std::vector<std::string>& all, std::mt19937& random) {
  constexpr std::string_view odd("\"',;\t\n\r\\{}[]:$-/\0\xff\xef", 19);
  for (unsigned i = 1 + random() % 6; i > 0; --i) {
    const std::size_t at = random() % (bytes.size() + 1);
    const std::string& other = all[random() % all.size()];
    const std::size_t from = random() % (other.size() + 1);
    switch (random() % 5) {
      case 0:
        bytes.insert(at, 1, odd[random() % odd.size()]);
        break;
      case 1:
        bytes.erase(at, 1 + random() % 4);
        break;
      case 2:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random());
        break;
      case 3:
        bytes.insert(at, other.substr(from, random() % 20));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

TEST_P(Each, MutationOfASeedBreaksNothing) {
  const char* given = std::getenv("SLIPWAY_SEED");
  const unsigned seed = given ? static_cast<unsigned>(std::atol(given)) : std::random_device()();
  SCOPED_TRACE(testing::Message() << "SLIPWAY_SEED=" << seed);
  std::mt19937 random(seed);
  const std::vector<std::string> all = seeds_of(GetParam().name);
  ASSERT_FALSE(all.empty());
  const char* asked = std::getenv("SLIPWAY_TESTS_LONG");
  const int rounds = asked != nullptr && *asked != 0 ? 100'000 : 300;
  for (int round = 0; round < rounds && !HasFailure(); ++round)
    run(mutated(all[random() % all.size()], all, random));
}

INSTANTIATE_TEST_SUITE_P(Parser, Each, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace slipway::fuzz
