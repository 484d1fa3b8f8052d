// Adopting a PostgreSQL data directory that somebody else made: it is moved into the home, gets our roles and
// our configuration, and becomes live.
#include "swap/adopt.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/pg/identifier.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

Result<std::string> major_version(Files& files, const Path& data) {
  Result<std::string> text = files.read(data / "PG_VERSION", 64);
  if (!text)
    return error(Kind::refused, "{} is not a PostgreSQL data directory", data.string())
        .because(std::move(text).error());
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return text;
}

Done check_can_be_ours(const Seams& seams, const Path& data) {
  const std::string major = TRY(major_version(seams.files, data));
  const Path program = server_program("postgres");
  if (program.string().find("/" + major + "/") == std::string::npos)
    return error(Kind::refused, "{} is of PostgreSQL {}, and {} would run it", data.string(), major,
                 program.string())
        .next("Upgrade it first with pg_upgrade, or dump it and load it by a pipeline.");
  struct stat about {};
  if (::stat(data.c_str(), &about) != 0) return errno_error("cannot look at " + data.string());
  if (about.st_uid != ::geteuid())
    return error(Kind::refused, "{} belongs to another user than the home", data.string())
        .next(fmt::format("Stop its server, then: chown -R --reference=HOME {}", data.string()));
  if (!TRY(processes_in(data)).empty() || TRY(seams.files.is_there(data / "postmaster.pid")))
    return error(Kind::refused, "a server runs on {}, or was killed there", data.string())
        .next("Stop it clean first: pg_ctl stop");
  if (!TRY(seams.files.list(data / "pg_tblspc")).empty())
    return error(Kind::refused, "{} has tablespaces outside of it, which a snapshot cannot have",
                 data.string());
  return {};
}

// Our superuser, through the one door that needs no role: a server in single-user mode.
Done make_superuser(const Seams& seams, const Cluster& cluster) {
  Command command;
  command.argv = {server_program("postgres"), "--single", "-D", cluster.data.string(), "postgres"};
  command.environment = {"LC_ALL=C", "TZ=UTC"};
  command.folder = "/";
  command.input = fmt::format("create role \"{}\" superuser login;\n", superuser);
  command.limit = Millis(600'000);  // crash recovery is part of it
  TRY(run_checked(seams.processes, command));
  return {};
}

Done make_roles(pg::Session& session, const std::string& owner, const std::string& reader) {
  for (const std::string& role : {owner, reader}) {
    const pg::Rows known = TRY(session.query("select from pg_roles where rolname = $1", {role}));
    TRY(session.script(
        fmt::format("{} role {} login", known.empty() ? "create" : "alter", pg::quoted(role))));
    TRY(session.script(fmt::format("grant pg_read_all_data to {}", pg::quoted(role))));
  }
  TRY(session.script(fmt::format("grant pg_write_all_data to {}", pg::quoted(owner))));
  return {};
}

}  // namespace

Done Volume::adopt(Manifest& manifest, const Path& folder) {
  if (folder.empty())
    return error(Kind::usage, "which data directory is to be adopted?").next("swap adopt FOLDER");
  const Path data = folder.is_absolute() ? folder : home_.config_folder / folder;
  TRY(check_can_be_ours(seams_, data));
  manifest.id = TRY(reserve_id());
  const SnapshotNames snapshot = snapshot_names(names_, manifest.id);
  Done moved = seams_.files.rename(data, snapshot.pgdata());
  if (!moved)
    return fail("{} could not be moved into the home", data.string())
        .because(std::move(moved).error())
        .next("It must be on the same file system as the home, in a folder that this user may write to.");
  Done taken = take_in(manifest);
  if (taken) return {};
  TRY(stop(seams_, cluster(manifest.id)));
  TRY(seams_.files.rename(snapshot.pgdata(), data));
  TRY(seams_.files.remove_tree(snapshot.folder));
  return fail("{} could not be adopted, and is back where it was", data.string())
      .because(std::move(taken).error());
}

Done Volume::take_in(Manifest& manifest) {
  const SnapshotNames snapshot = snapshot_names(names_, manifest.id);
  const std::string owner = target_.database_name, reader = reader_role(owner);
  const Cluster ours = cluster(manifest.id);
  const FileLock home_lock = TRY(lock_home(home_));
  TRY(seams_.files.symlink(snapshot.socket(), snapshot.socket_link()));
  TRY(configure(seams_, ours, production(Door::closed)));
  TRY(make_superuser(seams_, ours));
  TRY(start(seams_, ours));
  {
    pg::Session session = TRY(connect(seams_, ours, owner));
    TRY(make_roles(session, owner, reader));
    manifest.postgresql_version = TRY(session.query("show server_version")).string(0, 0);
    TRY(describe_adopted(session, "", owner, reader, manifest));
  }
  TRY(stop(seams_, ours, Stop::clean));
  TRY(sync_to_disk(seams_, ours));
  manifest.bytes = held_bytes(ours);
  TRY(write_manifest(seams_.files, snapshot.manifest(), manifest));
  const Path link = names_.folder / ".current.adopted";
  TRY(seams_.files.remove(link));
  TRY(seams_.files.symlink(current_text(manifest.id), link));
  return seams_.files.rename(link, names_.current());
}

}  // namespace slipway::swap
