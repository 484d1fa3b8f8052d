// A snapshot in volume mode that begins as a copy of live: a low-level backup of the running cluster. Its
// files are shared with live's where the file system can (reflinks), and copied where it cannot; nobody is
// held.
#include <algorithm>
#include <sstream>

#include "base/pg/identifier.hpp"
#include "swap/manifest_table.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

constexpr Millis copy_limit{24LL * 3'600'000};
// What a backup leaves out: the server makes it anew, or it belongs to the running one.
constexpr std::string_view left_out[] = {"postmaster.pid", "postmaster.opts", "backup_label",
                                         "tablespace_map"};
constexpr std::string_view made_empty[] = {"pg_wal",    "pg_replslot",  "pg_dynshmem", "pg_notify",
                                           "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"};

template <std::size_t n>
bool among(const std::string_view (&names)[n], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Files that the server removes while we copy are none that the backup needs.
bool only_vanished_files(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (!line.ends_with("No such file or directory")) return false;
  return true;
}

Done copy(const Seams& seams, std::vector<std::string> what, const Path& into) {
  Command command;
  command.argv = {"cp", "--archive", "--reflink=auto", "--target-directory", into.string(), "--"};
  command.argv.insert(command.argv.end(), what.begin(), what.end());
  command.environment = {"LC_ALL=C"};
  command.folder = "/";
  command.limit = copy_limit;
  const Finished finished = TRY(seams.processes.run(command));
  if (finished.status == 0 || (!finished.timed_out && only_vanished_files(finished.output))) return {};
  return fail("files of live could not be copied to {}: {}", into.string(), finished.output);
}

Done copy_files(const Seams& seams, const Path& from, const Path& to) {
  std::vector<std::string> entries;
  for (const std::string& name : TRY(seams.files.list(from)))
    if (!among(left_out, name) && !among(made_empty, name)) entries.push_back((from / name).string());
  TRY(seams.files.make_folders(to, 0700));
  TRY(copy(seams, entries, to));
  for (const std::string_view name : made_empty) TRY(seams.files.make_folders(to / name, 0700));
  return seams.files.make_folders(to / "pg_wal" / "archive_status", 0700);
}

// Every segment from the one on in which the backup began: its slot has kept them.
Done copy_wal(const Seams& seams, const Path& from, const Path& to, const std::string& first) {
  std::vector<std::string> segments;
  for (const std::string& name : TRY(seams.files.list(from / "pg_wal")))
    if (name.size() == first.size() && name.substr(8) >= first.substr(8))
      segments.push_back((from / "pg_wal" / name).string());
  if (segments.empty()) return fail("live's WAL since {} is gone", first);
  return copy(seams, segments, to / "pg_wal");
}

// The functions had other names before PostgreSQL 15.
bool has_new_names(pg::Session& session) {
  const Result<pg::Rows> number = session.query("show server_version_num");
  return number && number->number(0, 0) >= 150000;
}

// The session must live until the end: its temporary slot keeps the WAL, and the backup is its own.
Done back_up(const Seams& seams, pg::Session& session, const Path& from, const Path& to) {
  const bool new_names = has_new_names(session);
  session.limit(copy_limit);
  TRY(session.query("select pg_create_physical_replication_slot($1, true, true)",
                    {"slipway_clone_" + std::to_string(session.backend_pid())}));
  const std::string first =
      TRY(session.query(new_names ? "select pg_walfile_name(pg_backup_start('slipway', true))"
                                  : "select pg_walfile_name(pg_start_backup('slipway', true, false))"))
          .string(0, 0);
  TRY(copy_files(seams, from, to));
  const pg::Rows ended =
      TRY(session.query(new_names ? "select labelfile, spcmapfile from pg_backup_stop(false)"
                                  : "select labelfile, spcmapfile from pg_stop_backup(false, false)"));
  if (!ended.text(0, 1).empty())
    return error(Kind::refused,
                 "live has tablespaces outside of its data directory, which a snapshot cannot have")
        .next("Move those tables back: ALTER TABLE … SET TABLESPACE pg_default.");
  TRY(copy_wal(seams, from, to, first));
  return seams.files.write(to / "backup_label", ended.text(0, 0), 0600);
}

}  // namespace

Result<Build> Volume::clone(const BuildOrder& order) {
  const std::string from = TRY(live());
  if (from.empty())
    return error(Kind::refused, "nothing of target {} is live to begin from", target_.name)
        .next("Build the first snapshot with `start: empty`.");
  TRY(serve());
  Build build = TRY(begin_build(order));
  Done copied = copy_live(from, build);
  if (copied) return build;
  TRY(discard(build, copied.error().summary()));
  return std::move(copied).error();
}

Done Volume::copy_live(const std::string& from, Build& build) {
  const Cluster ours = cluster(build.manifest.id);
  {
    pg::Session session = TRY(connect(seams_, cluster(from), "postgres"));
    Done backed_up = back_up(seams_, session, cluster(from).data, ours.data);
    if (!backed_up)
      return fail("snapshot {} could not be copied", from).because(std::move(backed_up).error());
  }
  const FileLock home_lock = TRY(lock_home(home_));
  TRY(configure(seams_, ours, {.purpose = Purpose::building}));
  TRY(start(seams_, ours));
  build.place = TRY(place(build.manifest.id));
  pg::Session session = TRY(connect(seams_, ours, target_.database_name));
  build.manifest.postgresql_version = TRY(session.query("show server_version")).string(0, 0);
  // The first write to a clone gives it an identity of its own; what was logged for live's promotions is not
  // its.
  TRY(session.script("drop table slipway_manifest; drop schema if exists slipway_carry cascade"));
  return create_manifest_table(session, build.owner, build.reader, build.manifest);
}

}  // namespace slipway::swap
