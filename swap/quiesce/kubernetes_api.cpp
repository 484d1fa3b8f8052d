#include "swap/quiesce/kubernetes_api.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/excerpt.hpp"
#include "base/http_client.hpp"

namespace slipway::swap {
namespace {

using json = nlohmann::json;

constexpr std::size_t largest_answer_bytes = 4 << 20;
constexpr int conflict = 409;
const Path pod_folder = "/var/run/secrets/kubernetes.io/serviceaccount";  // where a pod finds its account

std::string url_encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string cluster_url() {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return "https://kubernetes.default.svc";
  const bool six = std::string(host).find(':') != std::string::npos;
  return six ? fmt::format("https://[{}]:{}", host, port) : fmt::format("https://{}:{}", host, port);
}

std::string advice(int status) {
  if (status == 401) return "The token is not accepted: is it of this cluster, and still valid?";
  if (status == 403)
    return "Its role needs get and update on deployments/scale (group apps), and list on pods, in that "
           "namespace.";
  if (status == 404) return "Correct `namespace` or `deployments` of the `kubernetes` step.";
  return "";
}

// What the API says of its own error, or the beginning of what came instead.
std::string message_of(const std::string& body) {
  const json answer = json::parse(body, nullptr, false);
  if (answer.is_object() && answer.value("kind", "") == "Status" && answer.contains("message") &&
      answer["message"].is_string())
    return beginning_of(answer["message"].get<std::string>());
  return beginning_of(body);
}

int number_at(const json& answer, const char* pointer) {
  const json::json_pointer where(pointer);
  return answer.contains(where) && answer[where].is_number_integer() ? answer[where].get<int>() : 0;
}

std::string text_at(const json& answer, const char* pointer) {
  const json::json_pointer where(pointer);
  return answer.contains(where) && answer[where].is_string() ? answer[where].get<std::string>() : "";
}

}  // namespace

Result<KubernetesApi> KubernetesApi::of(const config::KubernetesQuiesce& step) {
  KubernetesApi api;
  api.namespace_ = step.namespace_name;
  api.url_ = step.api.empty() ? cluster_url() : step.api;
  while (api.url_.ends_with('/')) api.url_.pop_back();
  api.ca_file_ = step.ca_file;
  if (step.token.given()) {
    api.token_ = TRY(step.token.read());
    return api;
  }
  config::Secret account;
  account.file = pod_folder / "token";
  const Result<std::string> token = account.read();
  if (!token)
    return fail("this is not a pod of a cluster")
        .because(token.error())
        .next("Give the `kubernetes` step `api`, `token_file` and `ca_file`.");
  api.token_ = *token;
  if (api.ca_file_.empty()) api.ca_file_ = pod_folder / "ca.crt";
  return api;
}

Result<json> KubernetesApi::call(const std::string& method, const std::string& path, const std::string& body,
                                 Millis limit, int* status) const {
  web::Request request;
  request.method = method;
  request.url = url_ + path;
  request.bearer = token_;
  request.headers = {"Accept: application/json", "Content-Type: application/json"};
  request.body = body;
  request.ca_file = ca_file_;
  request.body_limit_bytes = largest_answer_bytes;
  const web::Response response = TRY(web::send(request, limit));
  *status = response.status;
  if (response.status == conflict) return json();
  if (!response.good())
    return fail("the Kubernetes API answered {} to {} {}: {}", response.status, method, path,
                message_of(response.body))
        .next(advice(response.status));
  json answer = json::parse(response.body, nullptr, false);
  if (answer.is_object()) return answer;
  return fail("the Kubernetes API did not answer {} {} in JSON: {}", method, path,
              beginning_of(response.body));
}

std::string KubernetesApi::scale_path(const std::string& deployment) const {
  return fmt::format("/apis/apps/v1/namespaces/{}/deployments/{}/scale", namespace_, deployment);
}

Result<Scale> KubernetesApi::scale(const std::string& deployment, Millis limit) const {
  int status = 0;
  const json answer = TRY(call("GET", scale_path(deployment), "", limit, &status));
  Scale scale;
  scale.wanted = number_at(answer, "/spec/replicas");  // 0 is left out there
  scale.made = number_at(answer, "/status/replicas");
  scale.selector = text_at(answer, "/status/selector");
  scale.version = text_at(answer, "/metadata/resourceVersion");
  if (!scale.selector.empty() && !scale.version.empty()) return scale;
  return fail("the Kubernetes API's answer about {} lacks its selector or version", deployment);
}

Result<bool> KubernetesApi::set_scale(const std::string& deployment, const Scale& read, int replicas,
                                      Millis limit) const {
  const json body = {
      {"apiVersion", "autoscaling/v1"},
      {"kind", "Scale"},
      {"metadata", {{"name", deployment}, {"namespace", namespace_}, {"resourceVersion", read.version}}},
      {"spec", {{"replicas", replicas}}}};
  int status = 0;
  TRY(call("PUT", scale_path(deployment), body.dump(), limit, &status));
  return status != conflict;
}

Result<bool> KubernetesApi::has_pods(const std::string& selector, Millis limit) const {
  const std::string path =
      fmt::format("/api/v1/namespaces/{}/pods?limit=5&labelSelector={}&fieldSelector={}", namespace_,
                  url_encoded(selector), url_encoded("status.phase!=Succeeded,status.phase!=Failed"));
  int status = 0;
  const json answer = TRY(call("GET", path, "", limit, &status));
  if (answer.contains("items") && answer["items"].is_array()) return !answer["items"].empty();
  return fail("the Kubernetes API's answer about the pods of {} holds no list", selector);
}

}  // namespace slipway::swap
