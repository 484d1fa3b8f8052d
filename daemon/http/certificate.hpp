// The certificate and key of the server: loaded, and loaded again when their files change.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "daemon/http/server.hpp"

namespace slipway::http {

class Certificate {
 public:
  static Result<Certificate> load(const TlsFiles& files);

  // For the next connection; those that are open keep theirs.
  std::shared_ptr<boost::asio::ssl::context> context() const { return context_; }
  // Where the files have changed. What is no pair is said in the log, once, and the old one stays.
  void reload_if_changed();

 private:
  explicit Certificate(TlsFiles files) : files_(std::move(files)) {}
  Done take();

  TlsFiles files_;
  std::string seen_;  // of both files: when they changed, how long they are
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace slipway::http
