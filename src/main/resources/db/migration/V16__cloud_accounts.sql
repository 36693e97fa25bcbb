-- Accounts at AWS that organizations have connected. No secret is here: who may take on a role is for AWS to decide, and an external id is none.
create table cloud_account (
    id              uuid primary key,
    organization_id uuid        not null references organization,
    role_arn        text        not null,
    region          text        not null,
    external_id     text        not null unique,
    state           text        not null,
    reason          text,
    created_at      timestamptz not null,
    checked_at      timestamptz,
    unique (organization_id, role_arn)
);
create index cloud_account_in_order on cloud_account (organization_id, created_at, id);
