-- When a process gave its epoch back; null while it has it, and for ever when it ended without a word.
alter table carrier add column left_at integer;
