#include "migrations/plan.hpp"

namespace slipway::migrations {
namespace {

Error newer(const Applied& past) {
  return error(Kind::refused, "the control database has migration {}, which this version does not know",
               past.name)
      .next(
          "It was made by a newer Slipway: use that version, or restore the database from before the "
          "upgrade.");
}

Error changed(const Migration& ours, const Applied& past) {
  return error(Kind::refused, "migration {} of the control database differs from {} in this version",
               past.name, ours.name)
      .next(
          "A past migration never changes: use the version that made this database, or restore the SQL "
          "file.");
}

Error skipped(const Migration& ours, const Applied& later) {
  return error(Kind::refused, "the control database has migration {} but lacks {}, which comes before it",
               later.name, ours.name)
      .next("Its table slipway.migrations was altered: restore the control database from a backup.");
}

}  // namespace

Result<std::vector<Migration>> pending(std::span<const Migration> known, std::span<const Applied> applied) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (i >= known.size()) return newer(applied[i]);
    if (applied[i].number > known[i].number) return skipped(known[i], applied[i]);
    if (applied[i].number < known[i].number) return newer(applied[i]);
    if (applied[i].checksum != known[i].checksum) return changed(known[i], applied[i]);
  }
  return std::vector<Migration>(known.begin() + static_cast<std::ptrdiff_t>(applied.size()), known.end());
}

}  // namespace slipway::migrations
