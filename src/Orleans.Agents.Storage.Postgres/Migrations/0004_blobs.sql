-- What was taken out of a run's events and snapshots because it is large, once per run, by its SHA-256.
create table blobs (
    run bigint not null,
    hash text collate "C" not null,
    body bytea not null,
    primary key (run, hash)
);

-- A server may be built without lz4; then its own compression does.
do $$
begin
    alter table blobs alter column body set compression lz4;
exception when feature_not_supported then
    null;
end
$$;

-- Events from which something was taken out stand beside a list of the places; a mark with the hash stands for each part.
create or replace view events as
    select runs.id as run, appends.seq, happened.place, appends.at, appends.epoch,
        happened.event ->> 'type' as type, happened.event, appends.trace_parent
    from runs
    join appends using (run)
    cross join lateral (select convert_from(appends.events, 'UTF8')::jsonb as stored) as text
    cross join lateral jsonb_array_elements(
        case when jsonb_typeof(text.stored) = 'object' then text.stored -> 'value' else text.stored end)
        with ordinality as happened (event, place);
