#include "daemon/ingest/source/standard_input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

namespace slipway::ingest {
namespace {

constexpr std::size_t chunk_bytes = 1 << 20;

// Open for as long as the process lives, as its path leads through /proc/self/fd.
int taken_fd = -1;

Path path_of(int fd) {
  return fmt::format("/proc/self/fd/{}", fd);
}

bool can_be_read_again() {
  struct stat status {};
  return ::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
         ::lseek(STDIN_FILENO, 0, SEEK_CUR) == 0 && ::access(path_of(STDIN_FILENO).c_str(), R_OK) == 0;
}

Result<int> temporary_file(const Path& folder) {
  const int nameless = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (nameless >= 0) return nameless;
  std::string name = (folder / "slipway-stdin-XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) return errno_error(fmt::format("cannot make a temporary file in {}", folder.string()));
  ::unlink(name.c_str());
  return named;
}

Done write_all(int fd, const char* data, std::size_t size, const Path& folder) {
  while (size > 0) {
    const ssize_t put = ::write(fd, data, size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0)
      return errno_error(fmt::format("cannot keep standard input in {}", folder.string()))
          .next("let TMPDIR name a folder with room for all of it");
    data += put;
    size -= static_cast<std::size_t>(put);
  }
  return {};
}

Done copy_to(int fd, const Path& folder) {
  std::vector<char> chunk(chunk_bytes);
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error("cannot read standard input");
    if (got == 0) return {};
    TRY(write_all(fd, chunk.data(), static_cast<std::size_t>(got), folder));
  }
}

// By the first bytes, as there is no name.
Compression compression_of(int fd) {
  unsigned char magic[4] = {};
  const ssize_t got = ::pread(fd, magic, sizeof magic, 0);
  if (got >= 2 && magic[0] == 0x1F && magic[1] == 0x8B) return Compression::gzip;
  if (got == 4 && magic[0] == 0x28 && magic[1] == 0xB5 && magic[2] == 0x2F && magic[3] == 0xFD)
    return Compression::zstd;
  return Compression::none;
}

}  // namespace

bool reads_standard_input(const config::FileSource& source) {
  return std::find(source.patterns.begin(), source.patterns.end(), standard_input_pattern) !=
         source.patterns.end();
}

Done take_standard_input(const config::Pipeline& pipeline) {
  const config::FileSource* asking = nullptr;
  for (const auto& [name, source] : pipeline.sources) {
    if (!reads_standard_input(source)) continue;
    if (asking != nullptr)
      return error(Kind::usage, "sources {} and {} both read standard input", asking->name, name)
          .at(source.at);
    asking = &source;
  }
  if (asking == nullptr) return {};
  if (::isatty(STDIN_FILENO) != 0)
    return error(Kind::usage, "source {} reads standard input, and that is a terminal", asking->name)
        .at(asking->at)
        .next("pipe the data in, or name a file: slipway ingest … < FILE");
  if (can_be_read_again()) {
    taken_fd = STDIN_FILENO;
    return {};
  }
  const Path folder = std::filesystem::temp_directory_path();
  taken_fd = TRY(temporary_file(folder));
  return copy_to(taken_fd, folder);
}

Result<Input> standard_input(const config::FileSource& source) {
  if (taken_fd < 0)
    return error(Kind::usage, "source {} reads standard input, which only a command in the foreground has",
                 source.name)
        .at(source.at)
        .next("run `slipway ingest` with the data piped in, or name files");
  Input input = TRY(look_at(path_of(taken_fd)));
  input.shown = "standard input";
  input.kind.compression = compression_of(taken_fd);
  return input;
}

}  // namespace slipway::ingest
