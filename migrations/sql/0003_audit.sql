-- Who did what, when, from where, and how it ended. It refers to nothing, so that it survives what it tells of.
create table slipway.audit (
  id bigserial primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null,
  object text not null,
  origin text not null,
  outcome text not null,
  detail jsonb not null default '{}'
);

create index audit_by_time on slipway.audit (at);
