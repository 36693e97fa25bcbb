-- A token says what it is for and, where it is bound to one, for which app. Those from before may all that their owner may.
alter table api_token add scopes text not null default 'read deploy manage';  -- words of Scope
alter table api_token alter scopes drop default;
alter table api_token add app_id uuid references app;
-- The way in that it was made by: it ends with that.
alter table api_token add ssh_key_id uuid references ssh_key on delete cascade;
alter table api_token add passkey_id uuid references passkey on delete cascade;
create index api_token_of_ssh_key on api_token (ssh_key_id);
create index api_token_of_passkey on api_token (passkey_id);
-- What nobody uses ends; for what is there that begins today.
update api_token set last_used_at = now() where last_used_at is null or last_used_at < now() - interval '90 days';

-- A key that is bound to an app pushes to that and is good for nothing else.
alter table ssh_key add app_id uuid references app;

-- Browsers send cookies to every port of a host. This second secret they keep for one port. Who is signed in signs in anew.
delete from session;
alter table session add page_hash bytea not null;  -- SHA-256
alter table session add ssh_key_id uuid references ssh_key on delete cascade;
alter table session add passkey_id uuid references passkey on delete cascade;
create index session_of_ssh_key on session (ssh_key_id);
create index session_of_passkey on session (passkey_id);

-- Logins of programs that somebody allows in a browser (RFC 8628). A row is taken out by the one token that comes of it.
create table device_login (
    id             uuid primary key,
    device_hash    bytea       not null unique,  -- SHA-256 of what the program holds
    user_hash      bytea       not null unique,  -- SHA-256 of what the person types
    name           text        not null,         -- what the program says of itself
    scopes         text        not null,
    address        text        not null,         -- its network, for limits
    asked_from     text        not null,         -- its address, for the person
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    interval_s     int         not null,         -- the least time between two questions, in seconds
    last_polled_at timestamptz,
    account_id     uuid references account,      -- who allowed it
    passkey_id     uuid references passkey on delete cascade,
    denied         boolean     not null default false
);
create index device_login_address on device_login (address);
create index device_login_end on device_login (expires_at);

-- Codes that were typed and are none.
create table device_guess (
    id         uuid primary key,
    account_id uuid        not null references account,
    address    text        not null,
    guessed_at timestamptz not null
);
create index device_guess_time on device_guess (guessed_at);
