-- What somebody who is signed in was asked to sign for one call. A row is taken out by the one answer that it is good for.
create table proof_challenge (
    id          uuid primary key,
    account_id  uuid        not null references account,
    origin      text        not null,
    method      text        not null,
    path        text        not null,  -- with the query, as it will stand in the request
    body_sha256 text        not null,
    challenge   text        not null,
    expires_at  timestamptz not null
);
create index proof_challenge_of_account on proof_challenge (account_id, expires_at);
create index proof_challenge_end on proof_challenge (expires_at);

-- A link that signs a browser in is made with proof; the session that comes of it may make the first passkey, for a while.
alter table api_token add browser_link boolean not null default false;
alter table session add by_link boolean not null default false;
