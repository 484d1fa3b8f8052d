// What people type, and what is made of it.
#include "daemon/commands/command_line.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace slipway::commands {
namespace {

Parsed typed(const std::string& words) {
  std::vector<std::string> all{"slipway"};
  std::istringstream stream(words);
  for (std::string word; stream >> word;) all.push_back(word);
  std::vector<const char*> argv;
  for (const std::string& word : all) argv.push_back(word.c_str());
  return parse(static_cast<int>(argv.size()), argv.data());
}

TEST(CommandLine, GlobalOptionsStandBeforeOrAfter) {
  for (const char* words :
       {"--json --config a.yaml --target t ingest demo", "ingest demo --json --config a.yaml --target t",
        "ingest --json demo --target t --config a.yaml"}) {
    const Parsed parsed = typed(words);
    ASSERT_FALSE(parsed.exit) << words;
    EXPECT_EQ(parsed.line.command, "ingest");
    EXPECT_EQ(parsed.line.pipeline, "demo");
    EXPECT_EQ(parsed.line.config, Path("a.yaml"));
    EXPECT_EQ(parsed.line.target, "t");
    EXPECT_TRUE(parsed.line.json);
  }
  const Parsed nested = typed("jobs show 12 --json");
  ASSERT_FALSE(nested.exit);
  EXPECT_TRUE(nested.line.json);
}

TEST(CommandLine, EachCommandIsKnownByItsWords) {
  const std::pair<const char*, const char*> cases[] = {{"serve", "serve"},
                                                       {"up", "up"},
                                                       {"down", "down"},
                                                       {"jobs", "jobs list"},
                                                       {"jobs list", "jobs list"},
                                                       {"jobs show 1", "jobs show"},
                                                       {"jobs cancel 1", "jobs cancel"},
                                                       {"jobs retry 1", "jobs retry"},
                                                       {"token create a --role read", "token create"},
                                                       {"token revoke 1", "token revoke"},
                                                       {"token list", "token list"},
                                                       {"url", "url"},
                                                       {"url portal --read", "url"},
                                                       {"init", "init"},
                                                       {"init there", "init"},
                                                       {"check --defaults", "check"}};
  for (const auto& [words, command] : cases) {
    const Parsed parsed = typed(words);
    EXPECT_FALSE(parsed.exit) << words;
    EXPECT_EQ(parsed.line.command, command) << words;
  }
}

TEST(CommandLine, IngestTakesParametersAndTables) {
  const Parsed parsed = typed("ingest --param a=1 --param b=x=y demo --only one,two --promote");
  ASSERT_FALSE(parsed.exit);
  EXPECT_EQ(parsed.line.params.at("a"), "1");
  EXPECT_EQ(parsed.line.params.at("b"), "x=y");
  EXPECT_EQ(parsed.line.only, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(parsed.line.pipeline, "demo");
  EXPECT_TRUE(parsed.line.promote);
}

TEST(CommandLine, MistakesAreExitTwoAndHelpIsNone) {
  for (const char* words : {"", "bogus", "ingest --bogus", "jobs show", "jobs show x", "jobs bogus", "token",
                            "token create", "token create a", "token create a --role root",
                            "ingest --param x", "ingest --param =x", "ingest a b", "--target"})
    EXPECT_EQ(typed(words).exit, 2) << words;
  for (const char* words : {"--help", "--version", "ingest --help", "ingest --version", "jobs show --help"})
    EXPECT_EQ(typed(words).exit, 0) << words;
}

}  // namespace
}  // namespace slipway::commands
