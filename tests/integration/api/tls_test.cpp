// The HTTP server under TLS: what it answers, a certificate that changes while connections stay open, and a
// broken one that changes nothing.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>

#include "daemon/http/server.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/http_client.hpp"

namespace slipway::http {
namespace {

class Says : public Handler {
 public:
  Admission admit(const Request&) override { return {std::nullopt, 0}; }
  Response handle(const Request& request) override {
    Response response;
    response.body = request.remote + (request.secure ? " secure" : " plain");
    return response;
  }
};

// A client that trusts nobody and asks nothing of the certificate but its serial number.
class TlsWire {
 public:
  explicit TlsWire(int port, int most = TLS1_3_VERSION)
      : wire_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_, most);
    SSL_CTX_set_security_level(context_, 0);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, wire_.fd());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsWire() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsWire(const TlsWire&) = delete;

  bool connected() const { return connected_; }
  std::string serial() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    if (!certificate) return {};
    BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
    char* text = BN_bn2hex(number);
    std::string out(text);
    OPENSSL_free(text);
    BN_free(number);
    X509_free(certificate);
    return out;
  }
  std::string ask(const std::string& headers = "") {
    const std::string request = "GET /a HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n";
    if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) return "unsent";
    std::string received;
    char bytes[4096];
    while (received.find("\r\n\r\n") == std::string::npos || received.ends_with("\r\n\r\n")) {
      const int got = SSL_read(ssl_, bytes, sizeof bytes);
      if (got <= 0) break;
      received.append(bytes, static_cast<std::size_t>(got));
    }
    const std::size_t body = received.find("\r\n\r\n");
    return body == std::string::npos ? received : received.substr(body + 4);
  }

 private:
  test::Wire wire_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

class Tls : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/slipway-test-tls-XXXXXX";
    ASSERT_TRUE(::mkdtemp(name));
    folder = name;
    test::make_certificate(folder / "a.crt", folder / "a.key");
    test::make_certificate(folder / "b.crt", folder / "b.key");
    put("a");
    options.tls = TlsFiles{folder / "site.crt", folder / "site.key"};
  }
  void TearDown() override {
    server.reset();
    std::filesystem::remove_all(folder);
  }
  // As a renewal does it: each file by a rename.
  void put(const std::string& name) {
    for (const char* kind : {".crt", ".key"}) {
      std::filesystem::copy_file(folder / (name + kind), folder / "new");
      std::filesystem::rename(folder / "new", folder / (std::string("site") + kind));
    }
  }
  void begin() {
    auto started = Server::start("127.0.0.1", 0, says, options);
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
  }
  std::string serial() { return TlsWire(server->port()).serial(); }

  Path folder;
  Says says;
  Options options;
  std::unique_ptr<Server> server;
};

TEST_F(Tls, AnswersAndKeepsConnectionsWhileTheCertificateChanges) {
  begin();
  TlsWire kept(server->port());
  ASSERT_TRUE(kept.connected());
  EXPECT_EQ(kept.ask(), "127.0.0.1 secure");
  const std::string before = serial();
  ASSERT_FALSE(before.empty());
  put("b");
  std::string now = before;
  for (int attempt = 0; attempt < 600 && (now == before || now.empty()); ++attempt) {
    real_clock().sleep(Millis(50));
    now = serial();
  }
  EXPECT_NE(now, before) << "the new certificate is taken";
  EXPECT_EQ(kept.ask(), "127.0.0.1 secure") << "who was connected stays so";
  EXPECT_EQ(kept.serial(), before);
  std::filesystem::copy_file(folder / "a.key", folder / "site.key",
                             std::filesystem::copy_options::overwrite_existing);
  real_clock().sleep(Millis(2500));
  EXPECT_EQ(serial(), now) << "a key that is another's changes nothing";
}

TEST_F(Tls, WhatIsNotTlsOrTooOldGetsNothingAndOthersAreServed) {
  begin();
  test::Wire plain(server->port());
  plain.send("GET /a HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(plain.read_to_end().find("HTTP/1.1"), std::string::npos);
  EXPECT_FALSE(TlsWire(server->port(), TLS1_1_VERSION).connected());
  test::Wire silent(server->port());
  EXPECT_EQ(TlsWire(server->port(), TLS1_2_VERSION).ask(), "127.0.0.1 secure");
}

TEST_F(Tls, FilesThatAreNoPairAreNamed) {
  options.tls = TlsFiles{folder / "a.crt", folder / "b.key"};
  const auto mixed = Server::start("127.0.0.1", 0, says, options);
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().kind(), Kind::usage);
  EXPECT_NE(mixed.error().text().find("b.key"), std::string::npos);
  options.tls = TlsFiles{folder / "nowhere.crt", folder / "a.key"};
  EXPECT_NE(Server::start("127.0.0.1", 0, says, options).error().text().find("nowhere.crt"),
            std::string::npos);
}

TEST_F(Tls, ForwardedAddressesAreBelievedOfNamedProxiesOnly) {
  begin();
  EXPECT_EQ(TlsWire(server->port()).ask("X-Forwarded-For: 192.0.2.7\r\n"), "127.0.0.1 secure");
  options.trusted_proxies = {*Network::parse("127.0.0.0/8")};
  begin();
  EXPECT_EQ(TlsWire(server->port()).ask("X-Forwarded-For: 1.2.3.4, 192.0.2.7\r\nX-Forwarded-Proto: http\r\n"),
            "192.0.2.7 plain");
}

}  // namespace
}  // namespace slipway::http
