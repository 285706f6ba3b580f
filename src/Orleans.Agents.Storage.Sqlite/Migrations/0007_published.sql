-- Which definition new runs of a workflow are started from: the one that was published last.
create table published (
    workflow text primary key,
    hash text not null,
    version text,
    published_at integer not null
) without rowid;
