import { join, sql } from '../../../base/index.ts'
import { APPENDING } from './version-1-appending.ts'
import { READING } from './version-1-reading.ts'

/**
 * One row for each event and one for each stream. The row of a stream is what its writers take turns at: it is locked from
 * the look at the version to the commit, and no other stream is.
 *
 * `xid` is not always the transaction that wrote the event. It is the largest of that one and of all events before it in the
 * stream, so that (xid, position) never contradicts the versions of a stream: a transaction may have got its id before, and
 * written to the stream after, one with a later id. A reader that stays below `pg_snapshot_xmin` still misses nothing: whoever
 * writes an `xid` has that id himself or an earlier one.
 */
const TABLES = sql`
  create sequence s_tier.stream_position;
  create table s_tier.stream_heads (
    stream text collate "C" primary key,
    version bigint not null,
    xid xid8 not null,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    archived_at timestamptz
  ) with (fillfactor = 50);
  comment on table s_tier.stream_heads is
    'Streams of domain events: how many each has. Half of each page is free for new versions of its rows.';
  create table s_tier.stream_events (
    stream text collate "C" not null,
    version bigint not null,
    id uuid not null,
    type text collate "C" not null,
    data jsonb not null,
    metadata jsonb not null,
    xid xid8 not null,
    position bigint not null default nextval('s_tier.stream_position'),
    at timestamptz not null default clock_timestamp(),
    primary key (stream, version)
  );
  comment on table s_tier.stream_events is
    'Domain events. Read all of them in the order of (xid, position), where xid < pg_snapshot_xmin(pg_current_snapshot()).';
  create unique index stream_events_id on s_tier.stream_events (id);
  create index stream_events_order on s_tier.stream_events (xid, position);
  create table s_tier.stream_snapshots (
    stream text collate "C" not null,
    name text collate "C" not null,
    schema bigint not null,
    version bigint not null,
    data jsonb not null,
    at timestamptz not null default clock_timestamp(),
    primary key (stream, name, schema)
  );
  comment on table s_tier.stream_snapshots is
    'What the events of a stream up to a version amount to. Any row may be deleted: it can be made again.';`

export const STREAMS_VERSION_1 = Object.freeze({
  up: join([TABLES, APPENDING, READING], sql`\n`),
  down: sql`
    drop function s_tier.stream_append(text, bigint, jsonb);
    drop function s_tier.stream_append_each(text, jsonb);
    drop function s_tier.stream_appended_before(text, jsonb);
    drop function s_tier.stream_context();
    drop function s_tier.stream_read(text, bigint, bigint, bigint, bigint, boolean);
    drop function s_tier.stream_read_all(xid8, bigint, bigint, bigint, json, text);
    drop function s_tier.stream_end();
    drop function s_tier.stream_identity();
    drop function s_tier.stream_stall();
    drop function s_tier.stream_list(text, text, bigint);
    drop function s_tier.stream_archive(text, bigint);
    drop function s_tier.stream_snapshot_save(text, text, bigint, bigint, jsonb);
    drop function s_tier.stream_snapshot_load(text, text, bigint);
    drop table s_tier.stream_snapshots;
    drop table s_tier.stream_events;
    drop table s_tier.stream_heads;
    drop sequence s_tier.stream_position;`,
})
