-- Jobs, and what each of them said on its way.
create table slipway.jobs (
  id bigserial primary key,
  kind text not null check (kind in ('ingest', 'promote', 'rollback', 'prune', 'index', 'sync')),
  pipeline text,
  target text not null,
  home text,                              -- only that home may claim it; null: any may
  params jsonb not null default '{}',     -- the order, as it was given
  actor text not null,
  state text not null default 'queued'
    check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
  retry_of bigint references slipway.jobs,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  heartbeat_at timestamptz,
  worker jsonb,                           -- host, pid, boot, ticks: who runs it, told apart from a later pid
  cancel_requested boolean not null default false,
  progress jsonb,
  result jsonb,
  error text,
  last_event bigint not null default 0,   -- events are numbered per job, in the order of their commits
  check (state <> 'running' or (worker is not null and heartbeat_at is not null)),
  check ((state in ('queued', 'running')) = (finished_at is null))
);

create unique index one_build_per_target on slipway.jobs (coalesce(home, ''), target)
  where kind = 'ingest' and state in ('queued', 'running');
create index jobs_unfinished on slipway.jobs (id) where state in ('queued', 'running');
create index jobs_by_pipeline on slipway.jobs (pipeline, id);

create table slipway.job_events (
  job bigint not null references slipway.jobs on delete cascade,
  id bigint not null,
  at timestamptz not null default clock_timestamp(),
  kind text not null check (kind in ('state', 'phase', 'progress', 'line')),
  data jsonb not null,
  primary key (job, id)
);

-- Answers kept for an Idempotency-Key, so that a repeated order makes no second job.
create table slipway.idempotency (
  actor text not null,
  key text not null,
  request_sha256 text not null,
  job bigint references slipway.jobs on delete cascade,
  answer text,
  created_at timestamptz not null default now(),
  primary key (actor, key)
);
