-- Every name that leads to an app: the one that it has, and those that it had. Nobody else gets any of them while it lives.
drop index app_name;
create table app_name (
    organization_id uuid        not null references organization,
    name            text        not null,
    app_id          uuid        not null references app,
    created_at      timestamptz not null,
    primary key (organization_id, name)
);
create index app_name_of_app on app_name (app_id);

insert into app_name (organization_id, name, app_id, created_at)
    select organization_id, name, id, created_at from app where destroyed_at is null;
