// Removing what retention lets go, in two steps that can be interrupted anywhere: out of sight, then gone.
#pragma once

#include "swap/promote/promote.hpp"
#include "swap/retention/plan.hpp"

namespace slipway::swap {

enum class Prune { dry_run, remove };

// Kind::busy while a promotion holds the target.
Result<Retention> prune(const Context& context, Prune how, const std::string& actor);

// A build that was made for trial: nothing of it stays, not even that it was there.
Done throw_away(const Context& context, Engine& engine, Build& build, const std::string& actor);

// For the daemon's tick: every volume target of the config; one that is held is left for the next time.
Done prune_all(const Seams& seams, const config::Config& config, const Home& home);

// Marks that an operator sets and takes away; `pin` and `unpin` are kept by retention, `unmark` makes a bad
// snapshot promotable again.
enum class Mark { pin, unpin, unmark };
Done mark(const Context& context, Mark mark, const std::string& id, const std::string& actor);

}  // namespace slipway::swap
