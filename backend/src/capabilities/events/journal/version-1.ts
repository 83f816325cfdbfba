import { sql } from '../../../base/index.ts'
import { READER_FUNCTIONS } from '../reader-functions.ts'
import { DAYS } from './days-functions.ts'
import { WRITE } from './write-function.ts'

/**
 * One row for each row that changed, a partition for each day, so that what is old goes at once and without a trace in
 * the rest. What nobody made a day for lands in `journal_rest`: a write never fails for want of a partition.
 */
const TABLES = sql`
  create sequence s_tier.journal_position cache 32;
  create table s_tier.journal (
    position bigint not null default nextval('s_tier.journal_position'),
    xid xid8 not null default pg_current_xact_id(),
    day date not null,
    at timestamptz not null,
    relation oid not null,
    schema_name name not null,
    table_name name not null,
    kind "char" not null,
    key json,
    old_row json,
    new_row json,
    role text,
    claims text,
    request_id text,
    trace text
  ) partition by range (day);
  comment on table s_tier.journal is
    'What changed in the tables of s_tier.journal_tables: i(nsert), u(pdate), d(elete), t(runcate).';
  create index journal_order on s_tier.journal (xid, position);
  create table s_tier.journal_rest partition of s_tier.journal default;
  comment on table s_tier.journal_rest is 'Rows of days that had no partition when they were written.';

  create table s_tier.journal_tables (
    relation regclass primary key,
    enabled_at timestamptz not null default now()
  );
  comment on table s_tier.journal_tables is 'The tables that are to be journaled.';`

/** The journal as it was first released. */
export const VERSION_1 = Object.freeze({
  up: sql`
    ${TABLES}
    ${WRITE}
    ${READER_FUNCTIONS.up}
    ${DAYS}
    select s_tier.journal_make_day(
      (clock_timestamp() at time zone 'UTC')::date + ahead) from generate_series(0, 7) as ahead;`,
  down: sql`
    drop function s_tier.journal_maintain(bigint, bigint, integer);
    drop function s_tier.journal_drop_days(date, bigint);
    drop function s_tier.journal_days();
    drop function s_tier.journal_make_day(date);
    drop function s_tier.journal_seal(regclass);
    ${READER_FUNCTIONS.down}
    drop function s_tier.journal_write();
    drop table s_tier.journal_tables, s_tier.journal;
    drop sequence s_tier.journal_position;`,
})
