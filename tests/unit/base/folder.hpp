// A folder for one test, gone when the test is over.
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace slipway {

class Folder {
 public:
  Folder() {
    const char* place = std::getenv("TMPDIR");
    std::string name = std::string(place ? place : "/tmp") + "/slipway-base-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace slipway
