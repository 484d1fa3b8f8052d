#include "daemon/ingest/heap/table_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "daemon/ingest/heap/page.hpp"

namespace slipway::ingest {
namespace {

constexpr std::uint32_t segment_blocks = (1U << 30U) / page_bytes;

Error cannot_write(const Path& path) {
  return errno_error(fmt::format("cannot write {}", path.string()));
}

Done write_at(int fd, const Path& path, std::int64_t at, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot_write(path);
    at += written;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

TableFile::~TableFile() {
  close();
}

void TableFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Done TableFile::open_segment(std::uint32_t segment) {
  if (fd_ >= 0 && segment == segment_) return {};
  close();
  Path path = path_;
  if (segment > 0) path += fmt::format(".{}", segment);
  fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (segment > 0 ? O_CREAT : 0), 0600);
  if (fd_ < 0) return cannot_write(path);
  segment_ = segment;
  segment_path_ = std::move(path);
  return {};
}

Done TableFile::write(std::uint32_t block, std::string_view pages) {
  while (!pages.empty()) {
    TRY(open_segment(block / segment_blocks));
    const std::uint32_t in_segment = block % segment_blocks;
    const std::size_t room = std::size_t{segment_blocks - in_segment} * page_bytes;
    const std::string_view now = pages.substr(0, room);
    TRY(write_at(fd_, segment_path_, std::int64_t{in_segment} * std::int64_t{page_bytes}, now));
    // The disk begins now, so that less is left to do when the snapshot is synced; whether it does is no
    // matter.
    (void)::sync_file_range(fd_, std::int64_t{in_segment} * std::int64_t{page_bytes},
                            static_cast<off_t>(now.size()), SYNC_FILE_RANGE_WRITE);
    pages.remove_prefix(now.size());
    block += static_cast<std::uint32_t>(now.size() / page_bytes);
  }
  return {};
}

bool TableFile::reaches_new_segment(std::uint32_t block, std::size_t pages) {
  return block / segment_blocks != (block + pages) / segment_blocks ||
         (block > 0 && block % segment_blocks == 0);
}

Done TableFile::write_map(std::uint32_t blocks, bool checksums) const {
  const Path path = path_.string() + "_vm";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return cannot_write(path);
  Done written;
  for (std::uint32_t done = 0; written && done < blocks; done += blocks_a_map_page)
    written = write_at(fd, path, std::int64_t{done / blocks_a_map_page} * std::int64_t{page_bytes},
                       map_page(blocks - done, done / blocks_a_map_page, checksums));
  ::close(fd);
  return written;
}

}  // namespace slipway::ingest
