-- What others left for a run, in the order of arrival; kept until the run is pruned, so that a name is taken once.
create table inbox (
    number integer primary key,
    run integer not null,
    id text not null,
    at integer not null,
    body blob not null,
    consumed_at integer,
    unique (run, id)
);

create index inbox_unconsumed on inbox (run) where consumed_at is null;
