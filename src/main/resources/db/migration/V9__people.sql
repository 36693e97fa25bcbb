-- The first owner is invited by nobody, to an organization of their own: these three are then null.
alter table invitation alter organization_id drop not null, alter role drop not null, alter invited_by drop not null;
alter table invitation add check ((organization_id is null) = (role is null) and (role is null) = (invited_by is null));

-- WebAuthn credentials (https://www.w3.org/TR/webauthn-3/#credential-record).
create table passkey (
    id              uuid primary key,
    account_id      uuid        not null references account,
    credential_id   bytea       not null unique,
    public_key      bytea       not null,  -- COSE_Key
    signature_count bigint      not null,
    backup_eligible boolean     not null,
    backup_state    boolean     not null,
    attestation     bytea       not null,  -- the attestation object that came at registration
    client_data     bytea       not null,
    name            text        not null,
    created_at      timestamptz not null,
    last_used_at    timestamptz
);
create index passkey_of_account on passkey (account_id);

-- What an authenticator was asked to sign. A row is taken out by the one answer that it is good for.
create table passkey_challenge (
    id         uuid primary key,
    challenge  bytea       not null,
    purpose    text        not null,  -- LOGIN, ADD or ENTER
    account_id uuid,                  -- whose passkey it is to be; of ENTER the account to come
    user_name  text,
    address    text        not null,
    expires_at timestamptz not null
);
create index passkey_challenge_address on passkey_challenge (address);
create index passkey_challenge_end on passkey_challenge (expires_at);

-- Browsers that are signed in.
create table session (
    id           uuid primary key,
    account_id   uuid        not null references account,
    hash         bytea       not null unique,  -- SHA-256 of the cookie
    name         text        not null,         -- what the browser calls itself
    created_at   timestamptz not null,
    last_used_at timestamptz not null,
    expires_at   timestamptz not null
);
create index session_of_account on session (account_id);
