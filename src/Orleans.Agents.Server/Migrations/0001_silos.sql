-- What Orleans asks of the database is text in this table; it looks for these names, and binds and reads the names that
-- stand in the texts. The tables behind them are ours.
create table OrleansQuery (
    QueryKey text primary key,
    QueryText text not null
);

-- The version of a cluster's list of silos: who changes the list says which version he has read.
create table silo_versions (
    cluster text collate "C" primary key,
    version integer not null default 0,
    changed_at timestamptz not null default clock_timestamp()
);

-- The silos there are and were; status is a number of Orleans' (3 active, 6 dead).
create table silos (
    cluster text collate "C" not null references silo_versions (cluster),
    address text collate "C" not null,
    port integer not null,
    generation integer not null,
    name text not null,
    host text not null,
    status integer not null,
    gateway_port integer,
    suspects text,
    started_at timestamptz not null,
    alive_at timestamptz not null,
    primary key (cluster, address, port, generation)
) with (fillfactor = 50);

-- Which silo carries runs under which epoch; it outlives both, so that the silo of a fenced epoch can be declared dead.
create table silo_epochs (
    epoch bigint primary key,
    cluster text collate "C" not null,
    address text collate "C" not null,
    port integer not null,
    generation integer not null
);

create index silo_epochs_by_silo on silo_epochs (cluster, address, port, generation);

insert into OrleansQuery (QueryKey, QueryText) values
('InsertMembershipVersionKey',
'with made as (
    insert into silo_versions (cluster) values (@DeploymentId::text) on conflict do nothing returning cluster)
select count(*)::integer from made'),

('InsertMembershipKey',
'with moved as (
    update silo_versions set version = version + 1, changed_at = clock_timestamp()
    where cluster = @DeploymentId::text and version = @Version::integer
        and not exists (
            select from silos where cluster = @DeploymentId::text and address = @Address::text
                and port = @Port::integer and generation = @Generation::integer)
    returning cluster),
made as (
    insert into silos (
        cluster, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
    select cluster, @Address::text, @Port::integer, @Generation::integer, @SiloName::text, @HostName::text,
        @Status::integer, @ProxyPort::integer, @StartTime::timestamptz, @IAmAliveTime::timestamptz
    from moved
    returning cluster)
select count(*)::integer from made'),

('UpdateMembershipKey',
'with moved as (
    update silo_versions set version = version + 1, changed_at = clock_timestamp()
    where cluster = @DeploymentId::text and version = @Version::integer
        and exists (
            select from silos where cluster = @DeploymentId::text and address = @Address::text
                and port = @Port::integer and generation = @Generation::integer)
    returning cluster),
changed as (
    update silos set
        status = @Status::integer, suspects = @SuspectTimes::text, alive_at = @IAmAliveTime::timestamptz
    from moved
    where silos.cluster = moved.cluster and address = @Address::text and port = @Port::integer
        and generation = @Generation::integer
    returning silos.cluster)
select count(*)::integer from changed'),

('UpdateIAmAlivetimeKey',
'update silos set alive_at = @IAmAliveTime::timestamptz
where cluster = @DeploymentId::text and address = @Address::text and port = @Port::integer
    and generation = @Generation::integer'),

('MembershipReadRowKey',
'select v.cluster as DeploymentId, s.address as Address, s.port as Port, s.generation as Generation, s.name as SiloName,
    s.host as HostName, s.status as Status, s.gateway_port as ProxyPort, s.suspects as SuspectTimes,
    s.started_at as StartTime, s.alive_at as IAmAliveTime, v.version as Version
from silo_versions v
left join silos s on s.cluster = v.cluster and s.address = @Address::text and s.port = @Port::integer
    and s.generation = @Generation::integer
where v.cluster = @DeploymentId::text'),

('MembershipReadAllKey',
'select v.cluster as DeploymentId, s.address as Address, s.port as Port, s.generation as Generation, s.name as SiloName,
    s.host as HostName, s.status as Status, s.gateway_port as ProxyPort, s.suspects as SuspectTimes,
    s.started_at as StartTime, s.alive_at as IAmAliveTime, v.version as Version
from silo_versions v
left join silos s on s.cluster = v.cluster
where v.cluster = @DeploymentId::text'),

('DeleteMembershipTableEntriesKey',
'with gone as (delete from silos where cluster = @DeploymentId::text)
delete from silo_versions where cluster = @DeploymentId::text'),

('GatewaysQueryKey',
'select address as Address, gateway_port as ProxyPort, generation as Generation
from silos
where cluster = @DeploymentId::text and status = @Status::integer and gateway_port > 0'),

('CleanupDefunctSiloEntriesKey',
'with gone as (
    delete from silos
    where cluster = @DeploymentId::text and status = 6 and alive_at < @IAmAliveTime::timestamptz
    returning cluster, address, port, generation)
delete from silo_epochs using gone
where silo_epochs.cluster = gone.cluster and silo_epochs.address = gone.address and silo_epochs.port = gone.port
    and silo_epochs.generation = gone.generation');
