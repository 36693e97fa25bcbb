-- Who has called how much, of all nodes together. Without a row, or once its time has come, nothing is used up. Of this minute alone:
-- lost with a crash, and no part of a backup.
create unlogged table rate_limit (
    bucket  text primary key,       -- what is limited, and for whom
    full_at timestamptz not null    -- when all may be used again
);
create index rate_limit_full_at on rate_limit (full_at);
