// What lies with a volume target, in its folder: the lock of whoever works on it, its journal, its receipts.
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

constexpr Millis lease_grace{5000};

std::string signature(const std::string& actor) {
  return fmt::format("process {} ({})", ::getpid(), actor);
}

}  // namespace

// A holder that sits on an expired lease is ended, as its watchdog would have done.
Done Volume::end_expired_holder() {
  const Journal journal = TRY(read_journal());
  if (!journal.under_way()) return {};
  const Lease& lease = journal.attempt->lease;
  if (lease.boot_id != boot_id() || lease.left(seams_.clock) + lease_grace > Millis(0)) return {};
  if (lease.promoter == this_process()) return {};
  TRY(send_signal(lease.promoter, SIGKILL));
  wait_for_end(lease.promoter, Millis(30'000));
  return {};
}

Done Volume::hold(const std::string& actor) {
  TRY(seams_.files.make_folders(names_.folder));
  std::optional<FileLock> lock = TRY(FileLock::try_take(names_.lock()));
  if (!lock) {
    TRY(end_expired_holder());
    lock = TRY(FileLock::try_take(names_.lock()));
  }
  if (!lock)
    return error(Kind::busy, "target {} is held by {}", target_.name, FileLock::holder(names_.lock()))
        .next("Look at `swap status`, and try again when it has ended.");
  TRY(lock->sign(signature(actor)));
  lock_ = std::move(lock);
  // Housekeeping: whoever comes to end an interrupted promotion must not be kept from it.
  Done swept = sweep();
  if (!swept) log::warning("target {}: {}", target_.name, swept.error().summary());
  return {};
}

// Half-written files of promoters that were killed, and tokens that nobody can use any more.
Done Volume::sweep() {
  const Journal journal = TRY(read_journal());
  for (const std::string& entry : TRY(seams_.files.list(names_.folder))) {
    const bool unfinished = entry.starts_with(".") && entry.ends_with(".tmp");
    const bool token = entry.starts_with(".current.") && !journal.under_way();
    if (unfinished || token) TRY(seams_.files.remove(names_.folder / entry));
  }
  return {};
}

Result<Journal> Volume::read_journal() {
  return swap::read_journal(seams_.files, names_.journal());
}

Done Volume::write_journal(const Journal& journal) {
  return swap::write_journal(seams_.files, names_.journal(), journal);
}

Done Volume::keep_receipt(long long epoch, const std::string& json) {
  TRY(seams_.files.make_folders(names_.receipts()));
  return seams_.files.write(names_.receipts() / fmt::format("{:08}.json", epoch), json + "\n", 0640);
}

Result<std::vector<std::string>> Volume::receipts() {
  std::vector<std::string> found = TRY(seams_.files.list(names_.receipts()));
  std::reverse(found.begin(), found.end());
  std::vector<std::string> texts;
  for (const std::string& file : found)
    if (file.ends_with(".json") && !file.starts_with("."))
      texts.push_back(TRY(seams_.files.read(names_.receipts() / file)));
  return texts;
}

}  // namespace slipway::swap
