#include "base/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>

namespace slipway::http {
namespace {

constexpr std::size_t most_body_bytes = 64 << 10;

std::size_t keep_body(char* bytes, std::size_t, std::size_t count, void* kept) {
  auto& body = *static_cast<std::string*>(kept);
  body.append(bytes, std::min(count, most_body_bytes - std::min(body.size(), most_body_bytes)));
  return count;
}

void initialise_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

Result<Response> get(const std::string& url, Millis limit) {
  initialise_once();
  const std::unique_ptr<CURL, void (*)(CURL*)> request(curl_easy_init(), curl_easy_cleanup);
  if (!request) return fail("cannot make an HTTP request: out of memory");
  Response response;
  curl_easy_setopt(request.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(request.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(request.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
  curl_easy_setopt(request.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(request.get(), CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(request.get(), CURLOPT_WRITEDATA, &response.body);
  const CURLcode code = curl_easy_perform(request.get());
  if (code != CURLE_OK) return fail("GET {} failed: {}", url, curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(request.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

}  // namespace slipway::http
