// diff: what would change for those who read.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "swap/commands/common.hpp"
#include "swap/diff/diff.hpp"

namespace slipway::swap {

int run_diff(const CommonOptions& common, const std::string& id, const std::string& against) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    const Result<nlohmann::json> found = diff(context, {id, against, actor});
    if (!found) return complain(found.error());
    print(stdout, common.json ? found->dump() + "\n" : diff_text(*found));
    if (!common.quiet && !common.json) print(stderr, "swap plan\n");
    return 0;
  }));
}

}  // namespace slipway::swap
