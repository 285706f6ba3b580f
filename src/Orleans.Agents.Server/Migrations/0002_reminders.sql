-- Orleans' reminders: few, one for each partition of the keeper.
create table reminders (
    service text collate "C" not null,
    grain text collate "C" not null,
    name text collate "C" not null,
    starts_at timestamptz not null,
    period bigint not null,
    hash integer not null,
    version integer not null,
    primary key (service, grain, name)
);

insert into OrleansQuery (QueryKey, QueryText) values
('UpsertReminderRowKey',
'insert into reminders (service, grain, name, starts_at, period, hash, version)
values (@ServiceId::text, @GrainId::text, @ReminderName::text, @StartTime::timestamptz, @Period::bigint,
    @GrainHash::integer, 0)
on conflict (service, grain, name) do update set
    starts_at = excluded.starts_at, period = excluded.period, hash = excluded.hash, version = reminders.version + 1
returning version as Version'),

('ReadReminderRowsKey',
'select grain as GrainId, name as ReminderName, starts_at as StartTime, period as Period, version as Version
from reminders where service = @ServiceId::text and grain = @GrainId::text'),

('ReadReminderRowKey',
'select grain as GrainId, name as ReminderName, starts_at as StartTime, period as Period, version as Version
from reminders where service = @ServiceId::text and grain = @GrainId::text and name = @ReminderName::text'),

('ReadRangeRows1Key',
'select grain as GrainId, name as ReminderName, starts_at as StartTime, period as Period, version as Version
from reminders
where service = @ServiceId::text and hash > @BeginHash::integer and hash <= @EndHash::integer'),

('ReadRangeRows2Key',
'select grain as GrainId, name as ReminderName, starts_at as StartTime, period as Period, version as Version
from reminders
where service = @ServiceId::text and (hash > @BeginHash::integer or hash <= @EndHash::integer)'),

('DeleteReminderRowKey',
'with gone as (
    delete from reminders
    where service = @ServiceId::text and grain = @GrainId::text and name = @ReminderName::text
        and version = @Version::integer
    returning version)
select count(*)::integer from gone'),

('DeleteReminderRowsKey', 'delete from reminders where service = @ServiceId::text');
