#include "swap/servers/settings.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/pg/identifier.hpp"
#include "swap/names.hpp"

namespace slipway::swap {
namespace {

constexpr std::uint64_t mib = 1 << 20;

// In postgresql.conf a quote is doubled and a backslash escapes.
std::string setting(std::string_view name, std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += c;
    text += c;
  }
  return fmt::format("{} = '{}'\n", name, text);
}

// Nothing here survives a power cut, and nothing has to: such a build is thrown away. A killed server must
// not lose a thing: hence full_page_writes, which a load that only appends hardly notices.
std::string building(std::uint64_t memory_bytes) {
  const std::uint64_t maintenance = std::clamp<std::uint64_t>(memory_bytes / mib / 16, 64, 1024);
  const std::uint64_t buffers = std::clamp<std::uint64_t>(memory_bytes / mib / 16, 128, 2048);
  return setting("fsync", "off") + setting("full_page_writes", "on") + setting("synchronous_commit", "off") +
         setting("wal_level", "minimal") + setting("max_wal_senders", "0") + setting("autovacuum", "off") +
         setting("checkpoint_timeout", "1d") + setting("max_wal_size", "64GB") +
         setting("maintenance_work_mem", fmt::format("{}MB", maintenance)) +
         setting("shared_buffers", fmt::format("{}MB", buffers)) + setting("max_connections", "50");
}

std::string production(const ClusterSettings& settings) {
  std::string text = setting("wal_level", "replica") + setting("max_connections", "200");
  for (const auto& [name, value] : settings.extra) text += setting(name, value);
  return text;
}

}  // namespace

std::string postgresql_conf(const Cluster& cluster, const ClusterSettings& settings,
                            std::uint64_t memory_bytes) {
  return "# Written by Slipway at every start; `postgresql:` of the target in slipway.yaml is the place for "
         "changes.\n" +
         setting("listen_addresses", "") + setting("unix_socket_directories", cluster.socket.string()) +
         setting("unix_socket_permissions", "0700") + setting("port", std::to_string(socket_port)) +
         setting("timezone", "UTC") + setting("log_timezone", "UTC") + setting("datestyle", "iso, mdy") +
         setting("default_text_search_config", "pg_catalog.english") + setting("lc_messages", "C") +
         setting("log_line_prefix", "%m [%p] %q%u@%d ") + setting("password_encryption", "scram-sha-256") +
         (settings.purpose == Purpose::building ? building(memory_bytes) : production(settings));
}

std::string pg_hba_conf(const ClusterSettings& settings) {
  std::string text = "# Written by Slipway.\n";
  text += fmt::format("local all \"{}\" peer map=slipway\n", superuser);
  if (settings.door == Door::closed) return text;
  for (const std::string& role : settings.roles)
    text += fmt::format("local all {} peer map=slipway\n", pg::quoted(role));
  return text;
}

std::string pg_ident_conf(const Cluster& cluster, const ClusterSettings& settings) {
  std::string text = "# Written by Slipway: the one OS user that may be any of these roles.\n";
  text += fmt::format("slipway \"{}\" \"{}\"\n", cluster.os_user, superuser);
  for (const std::string& role : settings.roles)
    text += fmt::format("slipway \"{}\" {}\n", cluster.os_user, pg::quoted(role));
  return text;
}

std::uint64_t machine_memory_bytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace slipway::swap
