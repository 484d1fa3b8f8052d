#include "swap/quiesce/quiescers.hpp"

#include <map>

#include "swap/quiesce/command.hpp"
#include "swap/quiesce/http.hpp"
#include "swap/quiesce/kubernetes.hpp"
#include "swap/quiesce/managed_pooler.hpp"
#include "swap/quiesce/pgbouncer.hpp"
#include "swap/quiesce/systemd.hpp"

namespace slipway::swap {
namespace {

// Another of the same name, told apart by its number: the journal knows them by name.
class Numbered : public Quiescer {
 public:
  Numbered(std::unique_ptr<Quiescer> inner, std::string name)
      : inner_(std::move(inner)), name_(std::move(name)) {}

  std::string name() const override { return name_; }
  Result<std::vector<std::string>> look() override { return inner_->look(); }
  Result<std::string> remember() override { return inner_->remember(); }
  Done pause(const std::string& memo, Millis limit) override { return inner_->pause(memo, limit); }
  Done resume(const std::string& memo, Millis limit) override { return inner_->resume(memo, limit); }

 private:
  std::unique_ptr<Quiescer> inner_;
  std::string name_;
};

struct Maker {
  const Context& context;

  std::unique_ptr<Quiescer> operator()(const config::PgBouncerQuiesce& step) const {
    return pgbouncer_quiescer(context.seams, step, context.target.database_name, context.target.deadline);
  }
  std::unique_ptr<Quiescer> operator()(const config::SystemdQuiesce& step) const {
    return systemd_quiescer(context.seams, step);
  }
  std::unique_ptr<Quiescer> operator()(const config::KubernetesQuiesce& step) const {
    return kubernetes_quiescer(context.seams, step);
  }
  std::unique_ptr<Quiescer> operator()(const config::HttpQuiesce& step) const {
    return http_quiescer(context.seams, step);
  }
  std::unique_ptr<Quiescer> operator()(const config::CommandQuiesce& step) const {
    return command_quiescer(context.seams, step, context.target.name, context.target.folder);
  }
};

}  // namespace

std::vector<std::unique_ptr<Quiescer>> quiescers_of(const Context& context) {
  std::vector<std::unique_ptr<Quiescer>> all;
  const config::Target& target = context.target;
  const bool managed_door = target.mode == config::Mode::volume && !target.front.given();
  if (managed_door)
    all.push_back(managed_pooler_quiescer(context.seams, pooler_of(context.home, context.target)));
  std::map<std::string, int> seen;
  for (const config::QuiesceStep& step : target.quiesce) {
    std::unique_ptr<Quiescer> one = std::visit(Maker{context}, step.how);
    const std::string name = one->name();
    const int number = ++seen[name];
    if (number > 1) one = std::make_unique<Numbered>(std::move(one), fmt::format("{}#{}", name, number));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace slipway::swap
