-- Which runs were born with appends of which other, by their numbers.
create table children (
    parent bigint not null,
    run bigint not null,
    primary key (parent, run)
);

create index children_by_run on children (run);
