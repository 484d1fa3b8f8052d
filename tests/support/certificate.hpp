// A certificate for 127.0.0.1 that is its own authority, so that nobody trusts it who was not told to.
#pragma once

#include "base/process.hpp"
#include "tests/support/must.hpp"

namespace slipway::test {

inline void make_certificate(const Path& certificate, const Path& key) {
  Command command;
  command.argv = {"openssl",
                  "req",
                  "-x509",
                  "-newkey",
                  "ec",
                  "-pkeyopt",
                  "ec_paramgen_curve:P-256",
                  "-nodes",
                  "-keyout",
                  key.string(),
                  "-out",
                  certificate.string(),
                  "-days",
                  "2",
                  "-subj",
                  "/CN=test",
                  "-addext",
                  "subjectAltName=IP:127.0.0.1"};
  must(run_checked(real_processes(), command));
}

}  // namespace slipway::test
