-- Who may push.
create table account (
    id          uuid primary key,
    name        text        not null unique,
    created_at  timestamptz not null
);

create table ssh_key (
    id           uuid primary key,
    account_id   uuid        not null references account,
    fingerprint  text        not null,   -- SHA256:…, as ssh-keygen -l prints it
    public_key   text        not null,   -- the OpenSSH line without its comment
    created_at   timestamptz not null,
    last_used_at timestamptz,
    unique (account_id, fingerprint)
);
create index ssh_key_fingerprint on ssh_key (fingerprint);

create table api_token (
    id           uuid primary key,
    account_id   uuid        not null references account,
    hash         bytea       not null unique,  -- SHA-256 of the token; the token itself is never stored
    created_at   timestamptz not null,
    last_used_at timestamptz
);

-- What they push, and what became of it.
create table app (
    id            uuid primary key,
    account_id    uuid        not null references account,
    name          text        not null,
    deploy_branch text,
    created_at    timestamptz not null,
    destroyed_at  timestamptz
);
create unique index app_name on app (account_id, name) where destroyed_at is null;

-- The front door: which port of this machine leads to which port of the app. Port 0 is the attestation endpoint.
create table app_port (
    app_id      uuid not null references app,
    guest_port  int  not null,
    public_port int  not null unique,
    primary key (app_id, guest_port)
);

create table build (
    id            uuid primary key,
    app_id        uuid        not null references app,
    ref           text        not null,
    commit_id     text        not null,
    state         text        not null,
    failed_phase  text,
    failure       text,
    created_at    timestamptz not null,
    ended_at      timestamptz
);
create index build_of_app on build (app_id, created_at);

create table release (
    id            uuid primary key,
    app_id        uuid        not null references app,
    number        int         not null,
    build_id      uuid        not null references build,
    commit_id     text        not null,
    source        text,
    eif_sha256    text        not null,
    eif_size      bigint      not null,
    pcr0          text        not null,
    pcr1          text        not null,
    pcr2          text        not null,
    manifest      text        not null,
    enclaveos     text        not null,
    created_at    timestamptz not null,
    unique (app_id, number)
);

create table deployment (
    id          uuid primary key,
    app_id      uuid        not null references app,
    release_id  uuid        not null references release,
    state       text        not null,
    reason      text,
    created_at  timestamptz not null,
    live_at     timestamptz,
    ended_at    timestamptz
);
create index deployment_of_app on deployment (app_id, created_at);
-- Two live enclaves for one app would be two truths.
create unique index deployment_live on deployment (app_id) where state = 'LIVE';
