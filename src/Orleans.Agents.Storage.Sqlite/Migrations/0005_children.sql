-- Which runs were born with appends of which other, by their numbers.
create table children (
    parent integer not null,
    run integer not null,
    primary key (parent, run)
) without rowid;

create index children_by_run on children (run);
