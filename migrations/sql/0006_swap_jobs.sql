-- One promotion or rollback of a target at a time, and one pruning.
create unique index one_swap_per_target on slipway.jobs (coalesce(home, ''), target, (kind = 'prune'))
  where kind in ('promote', 'rollback', 'prune') and state in ('queued', 'running');
create index jobs_by_target on slipway.jobs (target, id);
