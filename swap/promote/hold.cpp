#include "swap/promote/hold.hpp"

#include <signal.h>
#include <unistd.h>

namespace slipway::swap {
namespace {

constexpr Millis lease_grace{5000};

std::string signature(const std::string& actor) {
  return fmt::format("process {} ({})", ::getpid(), actor);
}

// A holder that sits on an expired lease is ended, as its watchdog would have done.
Done end_expired_holder(const Context& context, const Journal& journal) {
  if (!journal.under_way()) return {};
  const Lease& lease = journal.attempt->lease;
  const std::int64_t now = epoch_ms(context.seams.clock.now());
  if (lease.boot_id != boot_id() || now < lease.deadline_ms + lease_grace.count()) return {};
  if (lease.promoter == this_process()) return {};
  TRY(send_signal(lease.promoter, SIGKILL));
  wait_for_end(lease.promoter, Millis(30'000));
  return {};
}

Result<FileLock> take_target(const Context& context, const TargetNames& names, const std::string& actor) {
  TRY(context.seams.files.make_folders(names.folder));
  std::optional<FileLock> lock = TRY(FileLock::try_take(names.lock()));
  if (!lock) {
    TRY(end_expired_holder(context, TRY(read_journal(context.seams.files, names.journal()))));
    lock = TRY(FileLock::try_take(names.lock()));
  }
  if (!lock)
    return error(Kind::busy, "target {} is held by {}", context.target.name, FileLock::holder(names.lock()))
        .next("Look at `swap status`, and try again when it has ended.");
  TRY(lock->sign(signature(actor)));
  return std::move(*lock);
}

// Half-written files of promoters that were killed, and tokens that nobody can use any more.
Done sweep(Files& files, const TargetNames& names, const Journal& journal) {
  for (const std::string& entry : TRY(files.list(names.folder))) {
    const bool unfinished = entry.starts_with(".") && entry.ends_with(".tmp");
    const bool token = entry.starts_with(".current.") && !journal.under_way();
    if (unfinished || token) TRY(files.remove(names.folder / entry));
  }
  return {};
}

}  // namespace

Result<Held> hold_target(const Context& context, const std::string& actor) {
  const TargetNames names = target_names(context.home.names(), context.target.name);
  FileLock lock = TRY(take_target(context, names, actor));
  Journal journal = TRY(read_journal(context.seams.files, names.journal()));
  TRY(sweep(context.seams.files, names, journal));
  return Held{std::move(lock), std::move(journal)};
}

}  // namespace slipway::swap
