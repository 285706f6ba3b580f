-- The role and the database of a cluster, once, by somebody who may create both:
--   AGENTS_DB_PASSWORD=… psql --username postgres --file deploy/postgres/database.sql
-- The role owns one schema in this database, where the tables come by themselves, and nothing else. It is no superuser, creates
-- no databases and no roles, and needs no extension.
\set ON_ERROR_STOP on
\set password `printf %s "$AGENTS_DB_PASSWORD"`
-- An empty password is one that nobody meant.
select :'password' = '' as is_empty \gset
\if :is_empty
do $$ begin raise exception 'AGENTS_DB_PASSWORD is empty'; end $$;
\endif

-- Fewer than the server has, so that whoever looks after it still gets in.
create role agents login nosuperuser nocreatedb nocreaterole noreplication connection limit 140 password :'password';
create database agents encoding 'UTF8' template template0;
revoke all on database agents from public;
grant connect on database agents to agents;

\connect agents
-- Until PostgreSQL 14 everybody may create things in it.
revoke all on schema public from public;
create schema agents authorization agents;
alter role agents in database agents set search_path = agents;
-- A connection that began something and went silent must not hold its rows for ever.
alter role agents in database agents set idle_in_transaction_session_timeout = '60s';
