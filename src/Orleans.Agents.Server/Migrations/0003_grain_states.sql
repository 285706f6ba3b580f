-- Orleans' grain storage: what agents' grains count. A run's state is its journal and not in here. Orleans splits a grain's
-- key into two numbers and a text; kind is the name of the state, which every class has one of its own of.
create table grain_states (
    service text collate "C" not null,
    kind text collate "C" not null,
    key_0 bigint not null,
    key_1 bigint not null,
    key_text text collate "C" not null,
    state bytea,
    changed_at timestamptz not null default clock_timestamp(),
    version integer not null,
    primary key (service, kind, key_0, key_1, key_text)
) with (fillfactor = 50);

insert into OrleansQuery (QueryKey, QueryText) values
('ReadFromStorageKey',
'select state as PayloadBinary, changed_at as ModifiedOn, version as Version
from grain_states
where service = @ServiceId::text and kind = @GrainTypeString::text and key_0 = @GrainIdN0::bigint
    and key_1 = @GrainIdN1::bigint and key_text = coalesce(@GrainIdExtensionString::text, '''')'),

-- One that was never read must not be there yet; one that was read must be as it was read. Else the old version is the answer.
('WriteToStorageKey',
'with changed as (
    update grain_states set state = @PayloadBinary::bytea, changed_at = clock_timestamp(), version = version + 1
    where service = @ServiceId::text and kind = @GrainTypeString::text and key_0 = @GrainIdN0::bigint
        and key_1 = @GrainIdN1::bigint and key_text = coalesce(@GrainIdExtensionString::text, '''')
        and version = @GrainStateVersion::integer
    returning version),
made as (
    insert into grain_states (service, kind, key_0, key_1, key_text, state, version)
    select @ServiceId::text, @GrainTypeString::text, @GrainIdN0::bigint, @GrainIdN1::bigint,
        coalesce(@GrainIdExtensionString::text, ''''), @PayloadBinary::bytea, 1
    where @GrainStateVersion::integer is null
    on conflict do nothing
    returning version)
select coalesce((select version from changed), (select version from made), @GrainStateVersion::integer)
    as NewGrainStateVersion'),

('ClearStorageKey',
'update grain_states set state = null, changed_at = clock_timestamp(), version = version + 1
where service = @ServiceId::text and kind = @GrainTypeString::text and key_0 = @GrainIdN0::bigint
    and key_1 = @GrainIdN1::bigint and key_text = coalesce(@GrainIdExtensionString::text, '''')
    and version = @GrainStateVersion::integer
returning version as NewGrainStateVersion'),

('DeleteStorageKey',
'delete from grain_states
where service = @ServiceId::text and kind = @GrainTypeString::text and key_0 = @GrainIdN0::bigint
    and key_1 = @GrainIdN1::bigint and key_text = coalesce(@GrainIdExtensionString::text, '''')
    and version = @GrainStateVersion::integer
returning version + 1 as NewGrainStateVersion');
