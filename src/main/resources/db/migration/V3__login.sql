-- Keys have names, tokens have names and an end.
alter table ssh_key add name text not null default '';

alter table api_token add name text not null default 'given by the operator';
alter table api_token alter name drop default;
alter table api_token add expires_at timestamptz;  -- null: made before tokens had an end
create index api_token_of_account on api_token (account_id);

-- What a client was asked to sign in order to log in. A row is taken out by the one answer that it is good for.
create table login_challenge (
    id         uuid primary key,
    nonce      text        not null,
    origin     text        not null,
    user_name  text        not null,  -- empty: whoever the key belongs to
    address    text        not null,
    expires_at timestamptz not null
);
create index login_challenge_address on login_challenge (address);
create index login_challenge_end on login_challenge (expires_at);
