-- What calls that make something were answered, by their Idempotency-Key: the same call made again is not done again. A row is
-- written in the transaction of what it answers, so that neither is there without the other.
create table kept_answer (
    account_id uuid        not null references account,
    key        bytea       not null,  -- SHA-256 of the key
    request    bytea       not null,  -- SHA-256 of method, address and body
    status     int         not null,
    body       text,                  -- null where it held a secret
    made       text,                  -- then, the id of what was made
    created_at timestamptz not null,
    primary key (account_id, key)
);
create index kept_answer_age on kept_answer (created_at);
create index kept_answer_of_account on kept_answer (account_id, created_at);

-- What people edit has a version: another one with each edit, and never one that was there before.
alter table app add version uuid not null default gen_random_uuid();
alter table membership add version uuid not null default gen_random_uuid();
alter table passkey add version uuid not null default gen_random_uuid();

create function new_version() returns trigger language plpgsql as $$
begin
    new.version := gen_random_uuid();
    return new;
end $$;
create trigger app_edited before update on app for each row
    when ((old.name, old.deploy_branch) is distinct from (new.name, new.deploy_branch)) execute function new_version();
create trigger membership_edited before update on membership for each row
    when (old.role is distinct from new.role) execute function new_version();
create trigger passkey_edited before update on passkey for each row
    when (old.name is distinct from new.name) execute function new_version();

-- Lists are read in the order of an index.
create index ssh_key_in_order on ssh_key (account_id, created_at, id);
create index api_token_in_order on api_token (account_id, created_at, id);
drop index api_token_of_account;
create index session_in_order on session (account_id, created_at, id);
drop index session_of_account;
create index passkey_in_order on passkey (account_id, created_at, id);
drop index passkey_of_account;
create index invitation_in_order on invitation (organization_id, created_at, id);
drop index invitation_to;
create index app_in_order on app (organization_id, created_at, id) where destroyed_at is null;
create index build_in_order on build (app_id, created_at, id);
drop index build_of_app;
