// Every name on disk, and every socket's: built and parsed here and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/files.hpp"

namespace slipway::swap {

// The superuser of every managed cluster, and the control database.
inline constexpr std::string_view superuser = "slipway";
inline constexpr std::string_view control_database = "slipway";
// One port number for every socket: the folder tells the servers apart.
inline constexpr int socket_port = 5432;

// home/
//   lock  serve.lock  last-id  run -> RUN  control/  secrets/<target>.pgpass  targets/<target>/
struct HomeNames {
  Path home;
  Path run;

  Path lock() const { return home / "lock"; }
  Path serve_lock() const { return home / "serve.lock"; }
  Path last_id() const { return home / "last-id"; }
  Path control() const { return home / "control"; }
  Path control_socket() const { return run / "control"; }
  Path targets() const { return home / "targets"; }
  Path secrets() const { return home / "secrets"; }
  Path passfile(std::string_view role) const { return secrets() / (std::string(role) + ".pgpass"); }
};

// home/targets/<target>/
//   lock  promotion.json  current -> snapshots/<id>  .current.<epoch>  receipts/  pooler/  snapshots/<id>/
struct TargetNames {
  Path folder;       // home/targets/<target>
  Path run;          // RUN
  std::string name;  // the target's

  Path lock() const { return folder / "lock"; }
  Path journal() const { return folder / "promotion.json"; }
  Path current() const { return folder / "current"; }
  Path token(long long epoch) const { return folder / (".current." + std::to_string(epoch)); }
  Path receipts() const { return folder / "receipts"; }
  Path pooler() const { return folder / "pooler"; }
  Path pooler_socket() const { return run / ("door-" + name); }
  Path door_link() const { return run / name; }  // the pooler's host=: a link to current/sock
  Path snapshots() const { return folder / "snapshots"; }
  Path snapshot(std::string_view id) const { return snapshots() / std::string(id); }
};

// snapshots/<id>/
//   manifest.json  shape.json  build.lock  pgdata/  sock -> RUN/<id>  server.log  rejects/
struct SnapshotNames {
  Path folder;
  Path run;
  std::string id;

  Path manifest() const { return folder / "manifest.json"; }
  Path kept() const { return folder / "shape.json"; }
  Path build_lock() const { return folder / "build.lock"; }
  Path pgdata() const { return folder / "pgdata"; }
  Path socket_link() const { return folder / "sock"; }
  Path socket() const { return run / id; }
  Path log() const { return folder / "server.log"; }
  Path rejects() const { return folder / "rejects"; }
};

TargetNames target_names(const HomeNames& home, std::string_view target);
SnapshotNames snapshot_names(const TargetNames& target, std::string_view id);

// What `current` says for a snapshot, and back; nothing if it says something else.
std::string current_text(std::string_view id);
std::optional<std::string> id_in_current(std::string_view text);

// "20261121T093000Z"
bool is_snapshot_id(std::string_view text);
std::string snapshot_id(WallTime time);
// greatest(now, last id + 1 s); last may be empty.
std::string next_snapshot_id(WallTime now, const std::string& last);

// What the names of the schemas begin with that a build of that schema makes for itself: they go before it is
// ready, or with it.
std::string own_schemas_of(std::string_view snapshot_schema);

std::string reader_role(std::string_view database);  // <name>_read
std::string probe_alias(std::string_view database);  // <name>__probe

}  // namespace slipway::swap
