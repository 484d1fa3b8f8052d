#include "swap/servers/secrets.hpp"

#include "base/digest.hpp"

namespace slipway::swap {
namespace {

// host:port:database:user:password; our passwords are hex, so nothing in a line needs escaping.
std::string passfile_line(int port, const std::string& role, const std::string& password) {
  return fmt::format("127.0.0.1:{}:*:{}:{}\n", port, role, password);
}

}  // namespace

Result<std::string> ensure_password(const Seams& seams, const HomeNames& home, const std::string& role,
                                    int port) {
  TRY(seams.files.make_folders(home.secrets(), 0700));
  const Path file = home.passfile(role);
  std::string password;
  if (const std::optional<std::string> kept = TRY(seams.files.read_if_there(file, 65536))) {
    const std::string& line = *kept;
    const std::size_t colon = line.rfind(':');
    const std::size_t end = line.find('\n');
    if (colon == std::string::npos || end == std::string::npos || end < colon + 2)
      return fail("the passfile {} is damaged", file.string())
          .next(
              "Remove it; the next `slipway up` makes another. Clients that have the old password must be "
              "told.");
    password = line.substr(colon + 1, end - colon - 1);
    if (line == passfile_line(port, role, password)) return password;
  } else {
    password = hex(random_bytes(24));
  }
  TRY(seams.files.write(file, passfile_line(port, role, password), 0600));
  return password;
}

std::string scram_verifier(const std::string& password, const std::string& salt) {
  constexpr int iterations = 4096;
  const std::string salted = pbkdf2_sha256(password, salt, iterations);
  const std::string stored = sha256(hmac_sha256(salted, "Client Key"));
  const std::string server = hmac_sha256(salted, "Server Key");
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", iterations, base64(salt), base64(stored), base64(server));
}

}  // namespace slipway::swap
