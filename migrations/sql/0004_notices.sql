-- What the control database remembers of promotions, and who is still to be told of them and of jobs.

-- A mirror, for history: the truth lies with each target. What one order came to is one row, whatever epochs
-- that took; one that needs an operator is written again when it has ended.
create table slipway.promotions (
  target text not null,
  started_at timestamptz not null,
  epoch bigint not null,
  kind text not null,                     -- promote, rollback, way_back
  actor text not null,
  outcome text not null,
  from_snapshot text,
  to_snapshot text,
  receipt jsonb not null,
  mirrored_at timestamptz not null default now(),
  primary key (target, started_at)
);

create table slipway.notices (
  id uuid primary key default gen_random_uuid(),  -- receivers see it: the same one twice is a repetition
  channel text not null,                          -- names a receiver in the config; no secret
  subject text not null,                          -- what it is about, told once
  kind text not null check (kind in ('promotion', 'job')),
  level text not null check (level in ('error', 'info', 'verbose')),
  event jsonb not null,
  created_at timestamptz not null default now(),
  tries int not null default 0,
  next_try_at timestamptz not null default now(),
  sent_at timestamptz,
  given_up_at timestamptz,
  trouble text,                                   -- why the last try failed
  unique (channel, subject),
  check (sent_at is null or given_up_at is null)
);
create index notices_waiting on slipway.notices (next_try_at) where sent_at is null and given_up_at is null;

-- Jobs that ended before there were notices are told to nobody.
alter table slipway.jobs add column told_at timestamptz;
update slipway.jobs set told_at = now() where finished_at is not null;
create index jobs_untold on slipway.jobs (id) where finished_at is not null and told_at is null;
