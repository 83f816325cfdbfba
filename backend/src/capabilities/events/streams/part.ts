import { sql } from '../../../base/index.ts'
import { STREAMS_VERSION_1 } from './version-1.ts'

/** The part of the schema `s_tier` that keeps streams of domain events: enabled by `s-tier streams enable`. */
export const STREAMS_PART = Object.freeze({
  name: 'stream',
  versions: Object.freeze([STREAMS_VERSION_1]),
  functions: Object.freeze([
    sql`s_tier.stream_append(text, bigint, jsonb)`,
    sql`s_tier.stream_append_each(text, jsonb)`,
    sql`s_tier.stream_read(text, bigint, bigint, bigint, bigint, boolean)`,
    sql`s_tier.stream_read_all(xid8, bigint, bigint, bigint, json, text)`,
    sql`s_tier.stream_end()`,
    sql`s_tier.stream_stall()`,
    sql`s_tier.stream_list(text, text, bigint)`,
    sql`s_tier.stream_archive(text, bigint)`,
    sql`s_tier.stream_snapshot_save(text, text, bigint, bigint, jsonb)`,
    sql`s_tier.stream_snapshot_load(text, text, bigint)`,
  ]),
})
