-- Apps belong to organizations, people are in them. Everybody has one of their own, under their own id and name: what
-- belonged to an account belongs to that.
create table organization (
    id          uuid primary key,
    name        text        not null unique,
    created_at  timestamptz not null
);

create table membership (
    organization_id uuid        not null references organization,
    account_id      uuid        not null references account,
    role            text        not null check (role in ('OWNER', 'ADMIN', 'MEMBER', 'VIEWER')),
    created_at      timestamptz not null,
    primary key (organization_id, account_id)
);
create index membership_of_account on membership (account_id);

insert into organization (id, name, created_at) select id, name, created_at from account;
insert into membership (organization_id, account_id, role, created_at) select id, id, 'OWNER', created_at from account;

alter table app drop constraint app_account_id_fkey;
alter table app rename column account_id to organization_id;
alter table app add foreign key (organization_id) references organization;

-- A link that lets one person in, once. Only its hash is here.
create table invitation (
    id              uuid primary key,
    organization_id uuid        not null references organization,
    role            text        not null check (role in ('OWNER', 'ADMIN', 'MEMBER', 'VIEWER')),
    hash            bytea       not null unique,  -- SHA-256
    invited_by      uuid        not null references account,
    created_at      timestamptz not null,
    expires_at      timestamptz not null
);
create index invitation_to on invitation (organization_id);
