-- Who did what. Only ever added to: what each field means is in docs/reference/audit.md.
create table audit_entry (
    sequence              bigint      primary key check (sequence > 0),
    salt                  text        not null,
    at                    timestamptz not null,
    event                 text        not null,
    account_id            uuid,                  -- no foreign keys: it outlives what it names
    actor                 text        not null,
    actor_by              text        not null,
    credential            text,
    request               text,
    address               text,
    proof                 text,
    organization_id       uuid,
    organization_sequence bigint      check ((organization_id is null) = (organization_sequence is null)),
    subject               text        not null,
    details               text        not null,  -- canonical JSON: what was hashed, to the byte
    hash                  bytea       not null check (length(hash) = 32),
    unique (organization_id, organization_sequence)
);

-- For whoever may do more than the service's role, which has no right to these to begin with.
create function audit_entry_stays() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is only ever added to';
end $$;
create trigger audit_entry_stays before update or delete or truncate on audit_entry
    for each statement execute function audit_entry_stays();
