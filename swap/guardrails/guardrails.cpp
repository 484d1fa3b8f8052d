#include "swap/guardrails/guardrails.hpp"

#include <algorithm>

#include "swap/guardrails/structure.hpp"

namespace slipway::swap {
namespace {

// A promotion writes little, but WAL and carried tables need room.
constexpr std::uint64_t least_free_bytes = 256 << 20;

Guardrail complete(const Findings& findings) {
  const bool ok = findings.candidate.state == SnapshotState::ready && findings.candidate.finished_ms > 0;
  return {
      "complete", ok,
      ok ? "the build has ended and its checks hold" : "the build has not ended, or its checks do not hold"};
}

// By what it is and where it is, for a clone shares the rest.
Guardrail identity(const Findings& findings) {
  const bool same =
      findings.candidate.build_uuid == findings.live->build_uuid ||
      (!findings.live_whereabouts.empty() && findings.candidate_whereabouts == findings.live_whereabouts);
  return {"identity", !same, same ? "staging and production are the same" : "staging is not production"};
}

std::string against(std::int64_t now, std::int64_t live) {
  return fmt::format("{} now, {} in live", now, live);
}

bool enough(std::int64_t now, std::int64_t live, double percent) {
  return static_cast<double>(now) >= static_cast<double>(live) * percent / 100;
}

Guardrail rows(const Findings& findings, double percent) {
  std::vector<std::string> fewer;
  for (const auto& [table, live] : findings.live->rows) {
    const auto now = findings.candidate.rows.find(table);
    if (now == findings.candidate.rows.end() || enough(now->second, live, percent))
      continue;  // `tables` names it
    fewer.push_back(fmt::format("table {}: {}", table, against(now->second, live)));
  }
  if (fewer.empty())
    return {"rows", true, fmt::format("every table has at least {}% of live's rows", percent)};
  return {"rows", false, fmt::format("{}; at least {}% wanted", first_few(fewer), percent)};
}

Guardrail bytes(const Findings& findings, double percent) {
  const auto now = static_cast<std::int64_t>(findings.candidate.bytes);
  const auto live = static_cast<std::int64_t>(findings.live->bytes);
  return {"bytes", enough(now, live, percent),
          fmt::format("{}, at least {}% wanted", against(now, live), percent)};
}

// Where the structures cannot be compared, manifests at least name the tables that were loaded.
Guardrail loaded_tables(const Findings& findings) {
  std::vector<std::string> missing;
  for (const auto& [table, count] : findings.live->rows)
    if (!findings.candidate.rows.contains(table)) missing.push_back(table);
  if (missing.empty()) return {"tables", true, "every table of live is there"};
  return {"tables", false, "live has, and the snapshot lacks: " + first_few(missing)};
}

Guardrail statistics(const std::vector<std::string>& not_analyzed) {
  if (not_analyzed.empty()) return {"statistics", true, "every table with rows has been analyzed"};
  return {"statistics", false, "never analyzed: " + first_few(not_analyzed)};
}

Guardrail disk(const Findings& findings) {
  return {"disk", findings.disk_free_bytes >= least_free_bytes,
          fmt::format("{} MB free, at least {} MB wanted", findings.disk_free_bytes >> 20,
                      least_free_bytes >> 20)};
}

Guardrail frozen(const std::vector<std::string>& changed) {
  if (changed.empty()) return {"frozen", true, "nothing was written to it since it was finished"};
  return {"frozen", false, "changed since it was finished: " + first_few(changed)};
}

void judge_structure(const Findings& findings, std::vector<Guardrail>& found) {
  if (!findings.compares) return;
  if (!findings.live_kept || !findings.candidate_kept) {
    if (findings.direction == Direction::forward) found.push_back(loaded_tables(findings));
    return;
  }
  const std::vector<Difference> differences =
      without_followers(compare(findings.live_kept->shape, findings.candidate_kept->shape));
  for (const ShapeKind& kind : shape_kinds()) {
    if (findings.direction == Direction::back && !holds_rollbacks(kind.name)) continue;
    const auto settled = findings.settled.find(std::string(kind.name));
    found.push_back(settled == findings.settled.end()
                        ? structure_guardrail(kind, differences)
                        : Guardrail{std::string(kind.name), true, settled->second});
  }
}

}  // namespace

std::vector<Guardrail> guardrails(const config::Guardrails& limits, const Findings& findings) {
  const bool forward = findings.direction == Direction::forward;
  std::vector<Guardrail> found = {complete(findings)};
  if (findings.disk_total_bytes > 0) found.push_back(disk(findings));
  if (findings.live) {
    found.push_back(identity(findings));
    if (forward) {
      found.push_back({"live", findings.live_silence.empty(),
                       findings.live_silence.empty() ? "live answers" : findings.live_silence});
      found.push_back(rows(findings, limits.min_rows_vs_live_percent));
      found.push_back(bytes(findings, limits.min_bytes_vs_live_percent));
    }
    judge_structure(findings, found);
  }
  if (!forward) return found;
  if (findings.candidate_kept) found.push_back(statistics(findings.candidate_kept->not_analyzed));
  if (findings.changed) found.push_back(frozen(*findings.changed));
  for (const auto& [name, objects] : findings.left_behind)
    found.push_back(
        {name, objects.empty(),
         objects.empty() ? "live has none" : "would stay behind with live: " + first_few(objects)});
  found.insert(found.end(), findings.own.begin(), findings.own.end());
  return found;
}

Done check(const std::vector<Guardrail>& guardrails, const std::set<std::string>& allowed) {
  std::string failing, names;
  for (const Guardrail& one : guardrails) {
    if (one.ok || allowed.contains(one.name)) continue;
    failing += fmt::format("{}{} ({})", failing.empty() ? "" : "; ", one.name, one.detail);
    names += " --allow " + one.name;
  }
  if (failing.empty()) return {};
  return error(Kind::refused, "guardrails say no: {}", failing)
      .next(fmt::format("If that is what you want, repeat the command with{}", names));
}

bool reshapes(const std::vector<Guardrail>& guardrails) {
  return std::any_of(guardrails.begin(), guardrails.end(),
                     [](const Guardrail& one) { return one.name == "client_shape" && !one.ok; });
}

}  // namespace slipway::swap
