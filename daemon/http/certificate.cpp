#include "daemon/http/certificate.hpp"

#include <openssl/ssl.h>
#include <sys/stat.h>

#include "base/log.hpp"

namespace slipway::http {
namespace {

namespace ssl = boost::asio::ssl;

std::string mark_of(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return "none;";
  return fmt::format("{}:{}:{}:{};", found.st_ino, found.st_size, found.st_mtim.tv_sec,
                     found.st_mtim.tv_nsec);
}

// HTTP/1.1 and nothing else: a client that offers only HTTP/2 is told so in the handshake.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* picked = nullptr;
  if (SSL_select_next_proto(&picked, length, ours, sizeof ours, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = picked;
  return SSL_TLSEXT_ERR_OK;
}

Error unusable(const std::string& file, const std::string& why) {
  return error(Kind::usage, "cannot use {}: {}", file, why)
      .next("`tls` wants PEM: the certificate with its chain, and its own key, readable by the home's user.");
}

}  // namespace

Result<Certificate> Certificate::load(const TlsFiles& files) {
  Certificate certificate(files);
  certificate.seen_ = mark_of(files.certificate) + mark_of(files.key);
  TRY(certificate.take());
  return certificate;
}

Done Certificate::take() {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
  boost::system::error_code error;
  context->use_certificate_chain_file(files_.certificate, error);
  if (error) return unusable(files_.certificate, error.message());
  context->use_private_key_file(files_.key, ssl::context::pem, error);
  if (error) return unusable(files_.key, error.message());
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return unusable(files_.key, "it is not the key of " + files_.certificate);
  context_ = std::move(context);
  return {};
}

void Certificate::reload_if_changed() {
  std::string now = mark_of(files_.certificate) + mark_of(files_.key);
  if (now == seen_) return;
  seen_ = std::move(now);
  const Done taken = take();
  if (taken)
    log::info("the certificate in {} was taken", files_.certificate);
  else
    log::error("the certificate was not taken, the old one stays: {}", taken.error().text());
}

}  // namespace slipway::http
