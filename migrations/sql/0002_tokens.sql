-- API tokens. Only the hash of a token is kept: whoever reads this table cannot sign in with what it holds.
create table slipway.tokens (
  id bigserial primary key,
  name text not null check (length(name) between 1 and 100),
  role text not null check (role in ('read', 'ingest', 'promote', 'admin')),
  sha256 text not null unique,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
