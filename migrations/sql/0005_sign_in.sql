-- People who sign in: who may, who is about to, and who has. Secrets stand here as hashes only.

-- The allow-list as commands and the API change it; entries of the config's own stand before these.
create table slipway.allowed (
  orcid text primary key check (orcid ~ '^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$'),
  role text not null check (role in ('read', 'ingest', 'promote', 'admin')),
  added_by text not null,
  added_at timestamptz not null default now()
);

-- Begun and not yet ended: each is used once, by the browser that began it.
create table slipway.sign_ins (
  state_sha256 text primary key,
  browser_sha256 text not null,
  nonce text not null,
  verifier text not null,                 -- of PKCE; worth nothing without the code
  return_to text not null,
  remote text not null,
  begun_at timestamptz not null default now()
);
create index sign_ins_by_time on slipway.sign_ins (begun_at);

create table slipway.web_sessions (
  sha256 text primary key,
  orcid text not null,
  name text not null,
  began_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
create index web_sessions_by_person on slipway.web_sessions (orcid);

-- A person's token holds what the person holds, at most; one that a token made ends with that.
alter table slipway.tokens
  add column orcid text,
  add column parent bigint references slipway.tokens,
  add column exchanged boolean not null default false;  -- for an id_token; forgotten some time after its end

-- What was changed while this database was down is entered later, and must count once.
alter table slipway.audit add column key text unique;
