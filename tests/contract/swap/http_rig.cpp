// A real service that is paused over HTTP.
#include "swap/quiesce/http.hpp"
#include "tests/contract/swap/rig.hpp"
#include "tests/support/pausable.hpp"

namespace slipway::test {
namespace {

class HttpRig : public Rig {
 public:
  HttpRig() { service_.ask_for_token("a secret"); }

  std::unique_ptr<swap::Quiescer> quiescer() override {
    config::HttpQuiesce step;
    step.pause.url = service_.url("/pause");
    step.resume.url = service_.url("/resume");
    step.pause.bearer.file = step.resume.bearer.file = service_.token_file();
    return swap::http_quiescer(real_seams(), step);
  }
  std::unique_ptr<swap::Quiescer> missing() override {
    config::HttpQuiesce step;
    step.pause.url = step.resume.url = "http://127.0.0.1:" + std::to_string(free_port()) + "/pause";
    return swap::http_quiescer(real_seams(), step);
  }

  // A request that is not answered for 2 s, and is then given up. One that is answered late is asked again.
  bool is_held() override {
    for (int attempt = 0; attempt < 5; ++attempt)
      if (web::get(service_.url("/work"), Millis(2000))) return false;
    return true;
  }

  void obstruct() override { service_.behave("slow"); }

 private:
  Pausable service_;
};

}  // namespace

std::unique_ptr<Rig> http_rig() {
  return std::make_unique<HttpRig>();
}

}  // namespace slipway::test
