#include "swap/servers/url.hpp"

#include <cctype>

namespace slipway::swap {
namespace {

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

Result<std::string> front_url(const Home& home, const config::Target& target, bool read_only) {
  const std::string role = read_only ? reader_role(target.database_name) : target.database_name;
  const Path passfile = home.names().passfile(role);
  if (!TRY(real_files().is_there(passfile)))
    return fail("target {} has no front door yet", target.name).next("Start it: slipway up");
  return fmt::format("postgresql://{}@127.0.0.1:{}/{}?passfile={}", percent_encoded(role), target.front_port,
                     percent_encoded(target.database_name), percent_encoded(passfile.string()));
}

}  // namespace slipway::swap
