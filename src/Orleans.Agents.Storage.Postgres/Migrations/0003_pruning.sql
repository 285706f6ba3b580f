-- A pruned run leaves its row behind as a tombstone, so that its name and its start key stay taken: under the negative of
-- its number, out of the way of everything that lists runs. What else there is of it, under its number, goes little by
-- little; a run stands in here until nothing is left.
create table pruned (
    run bigint primary key
);
