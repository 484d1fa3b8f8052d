#include "daemon/ingest/source/read_ahead.hpp"

#include <algorithm>
#include <cstring>

namespace slipway::ingest {

ReadAhead::ReadAhead(std::unique_ptr<ByteStream> below)
    : below_(std::move(below)), empty_(chunks_max), thread_([this] { work(); }) {}

ReadAhead::~ReadAhead() {
  close();
}

void ReadAhead::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<std::size_t> ReadAhead::read(char* into, std::size_t capacity) {
  if (position_ == current_.size && !ended_) take_next();
  if (current_.error) return *current_.error;
  const std::size_t size = std::min(capacity, current_.size - position_);
  if (size > 0) std::memcpy(into, current_.bytes.data() + position_, size);
  position_ += size;
  disk_bytes_ = current_.disk_bytes;
  return size;
}

std::string ReadAhead::digest() {
  close();
  return below_->digest();
}

void ReadAhead::take_next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !full_.empty(); });
  if (!current_.bytes.empty()) empty_.push_back(std::move(current_));
  current_ = std::move(full_.front());
  full_.pop_front();
  position_ = 0;
  ended_ = current_.size == 0;
  lock.unlock();
  changed_.notify_all();
}

// False where nothing comes behind this chunk.
bool ReadAhead::fill(Chunk& chunk) {
  chunk.bytes.resize(chunk_bytes);
  Result<std::size_t> got = below_->read(chunk.bytes.data(), chunk.bytes.size());
  chunk.size = got ? *got : 0;
  if (!got) chunk.error = std::move(got).error();
  chunk.disk_bytes = below_->disk_bytes();
  return chunk.size > 0;
}

void ReadAhead::work() {
  bool more = true;
  while (more) {
    Chunk chunk;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !empty_.empty(); });
      if (closed_) return;
      chunk = std::move(empty_.front());
      empty_.pop_front();
    }
    more = fill(chunk);
    {
      const std::lock_guard lock(mutex_);
      full_.push_back(std::move(chunk));
    }
    changed_.notify_all();
  }
}

}  // namespace slipway::ingest
