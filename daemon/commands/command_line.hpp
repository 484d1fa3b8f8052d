// What was typed, as plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"

namespace slipway::commands {

struct CommandLine {
  std::string command;  // "ingest", "jobs show", …
  std::optional<Path> config;
  std::string target;
  bool json = false;
  bool quiet = false;
  bool no_input = false;

  std::string pipeline;                       // ingest
  std::map<std::string, std::string> params;  // ingest --param
  std::vector<std::string> only;              // ingest --only
  bool promote = false;                       // ingest --promote
  bool dry_run = false;                       // ingest --dry-run
  long long id = 0;                           // of a job or a token
  Path folder = ".";                          // init
  std::vector<std::string> samples;           // init --from
  bool defaults = false;                      // check --defaults
  bool read = false;                          // url --read
  std::string token_name;                     // token create
  std::string orcid;                          // allow add, allow remove
  std::string role;                           // token create --role, allow add --role
  std::optional<long long> days;              // token create --days
};

struct Parsed {
  CommandLine line;
  std::optional<int> exit;  // there is nothing more to do: help, the version, or a mistake; said already
};

Parsed parse(int argc, const char* const* argv);

}  // namespace slipway::commands
