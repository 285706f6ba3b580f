-- What was taken out of a run's events and snapshots because it is large, once per run, by its SHA-256.
create table blobs (
    run integer not null,
    hash text not null,
    body blob not null,
    unique (run, hash)
);
