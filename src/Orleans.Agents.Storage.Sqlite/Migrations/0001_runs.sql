-- Which kind of host the runs belong to; two kinds never share a database.
create table store (
    host text not null
);

insert into store (host) values ('embedded');

-- One row per run. An append changes only columns without an index, unless it starts, releases or ends the run.
-- A number is never given twice, so that a remembered one can be trusted.
create table runs (
    run integer primary key autoincrement,
    id text not null unique,
    key text,
    workflow text not null,
    hash text not null,
    version integer not null,
    owner integer,
    wake_at integer,
    status text not null,
    state text,
    failure_code text,
    started_at integer not null,
    updated_at integer not null,
    check (owner is null or wake_at is null)
);

create unique index runs_by_key on runs (key) where key is not null;
create index runs_by_owner on runs (owner) where owner is not null;
create index runs_by_wake_at on runs (wake_at) where wake_at is not null;

-- The journal: one row per append, in the order of arrival; seq is the run's version after it.
create table appends (
    run integer not null,
    seq integer not null,
    at integer not null,
    epoch integer not null,
    events blob not null,
    trace_parent text,
    unique (run, seq)
);

-- The latest kept state of a run.
create table snapshots (
    run integer primary key,
    version integer not null,
    state blob not null
);

create table definitions (
    hash text primary key,
    body blob not null
) without rowid;

create table carrier (
    epoch integer primary key autoincrement,
    taken_at integer not null,
    fenced_at integer,
    process text not null
);
