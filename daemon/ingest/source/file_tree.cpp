#include "daemon/ingest/source/file_tree.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace slipway::ingest {
namespace {

std::vector<std::string> parts_of(const std::string& pattern) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from < pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', from), pattern.size());
    if (end > from) parts.push_back(pattern.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

class Walk {
 public:
  explicit Walk(std::vector<std::string> parts) : parts_(std::move(parts)) {}

  Done into(const Path& folder, std::size_t part) {
    const bool deep = parts_[part] == "**";
    const bool last = part + 1 == parts_.size();
    if (deep && !last) TRY(into(folder, part + 1));
    std::error_code failure;
    std::filesystem::directory_iterator entry(folder, failure);
    if (failure) return wrong(folder, failure);
    for (const std::filesystem::directory_iterator end; entry != end;) {
      TRY(look_at(*entry, part, deep, last));
      entry.increment(failure);
      if (failure) return wrong(folder, failure);
    }
    return {};
  }
  std::vector<Path> take() { return {found_.begin(), found_.end()}; }

 private:
  static Error wrong(const Path& path, const std::error_code& failure) {
    return fail("cannot look into {}: {}", path.string(), failure.message());
  }

  // As the shell does, a wildcard takes no name that begins with a dot.
  Done look_at(const std::filesystem::directory_entry& entry, std::size_t part, bool deep, bool last) {
    const std::string name = entry.path().filename().string();
    if (deep ? name.starts_with('.') : ::fnmatch(parts_[part].c_str(), name.c_str(), FNM_PERIOD) != 0)
      return {};
    std::error_code failure;
    const bool folder = entry.is_directory(failure) && !(deep && entry.is_symlink(failure));
    if (failure) return wrong(entry.path(), failure);
    if (folder) return deep ? into(entry.path(), part) : last ? Done() : into(entry.path(), part + 1);
    if (last && entry.is_regular_file(failure)) found_.insert(entry.path());
    return failure ? Done(wrong(entry.path(), failure)) : Done();
  }

  std::vector<std::string> parts_;
  std::set<Path> found_;
};

}  // namespace

bool goes_deep(const std::string& pattern) {
  const std::vector<std::string> parts = parts_of(pattern);
  return std::find(parts.begin(), parts.end(), "**") != parts.end();
}

Result<std::vector<Path>> match_tree(const Path& folder, const std::string& pattern) {
  Path from = pattern.starts_with('/') ? "/" : folder;
  std::vector<std::string> parts = parts_of(pattern);
  // What has no wildcard need not be looked for.
  std::size_t plain = 0;
  while (plain < parts.size() && parts[plain].find_first_of("*?[\\") == std::string::npos)
    from /= parts[plain++];
  parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(plain));
  std::error_code ignored;
  if (!std::filesystem::exists(from, ignored)) return std::vector<Path>();
  Walk walk(std::move(parts));
  TRY(walk.into(from, 0));
  return walk.take();
}

}  // namespace slipway::ingest
