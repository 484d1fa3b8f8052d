#include "base/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>

#include "base/broken_pipe.hpp"

namespace slipway::web {
namespace {

struct Kept {
  std::string& body;
  std::size_t limit_bytes;
};

std::size_t keep_body(char* bytes, std::size_t, std::size_t count, void* kept_by) {
  Kept& kept = *static_cast<Kept*>(kept_by);
  kept.body.append(bytes, std::min(count, kept.limit_bytes - std::min(kept.body.size(), kept.limit_bytes)));
  return count;
}

void initialise_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;
using Headers = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

Headers headers_of(const Request& request) {
  Headers list(nullptr, curl_slist_free_all);
  const auto add = [&](const std::string& header) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    if (!longer) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
  };
  for (const std::string& header : request.headers) add(header);
  if (!request.bearer.empty()) add("Authorization: Bearer " + request.bearer);
  return list;
}

void describe(CURL* curl, const Request& request, Millis limit) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(limit.count())));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
  if (!request.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, request.ca_file.c_str());
  if (request.method == "GET") return;
  // Also without a body: then its length is said to be 0, as servers want to know it.
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
}

// With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us, and TLS to a server that hangs up raises it.
CURLcode perform(CURL* curl) {
  const NoBrokenPipe no_broken_pipe;
  return curl_easy_perform(curl);
}

}  // namespace

Result<Response> send(const Request& request, Millis limit) {
  initialise_once();
  const Handle curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return fail("cannot make an HTTP request: out of memory");
  describe(curl.get(), request, limit);
  Response response;
  Kept kept{response.body, request.body_limit_bytes};
  const Headers headers = headers_of(request);
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &kept);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = perform(curl.get());
  if (code != CURLE_OK)
    return fail("{} {} failed: {}", request.method,
                request.shown_url.empty() ? request.url : request.shown_url,
                *detail != 0 ? static_cast<const char*>(detail) : curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

Result<Response> get(const std::string& url, Millis limit) {
  Request request;
  request.url = url;
  return send(request, limit);
}

Done reachable(const std::string& url, Millis limit) {
  initialise_once();
  const Handle curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return fail("cannot make an HTTP request: out of memory");
  Request request;
  request.url = url;
  describe(curl.get(), request, limit);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECT_ONLY, 1L);
  const CURLcode code = perform(curl.get());
  if (code == CURLE_OK) return {};
  return fail("cannot reach {}: {}", url, curl_easy_strerror(code));
}

}  // namespace slipway::web
