import { type Lsn, parseLsn } from './lsn.ts'

/** What a node says about itself. */
export interface NodeAnswer {
  /** Of the cluster, in decimal digits: the same on a primary and its standbys. '0': it may not be asked. */
  readonly systemId: string
  /** The one it writes or, as far as it tells us, replays. 0: unknown. */
  readonly timeline: number
  /**
   * False: a standby that follows somebody, and from whom is only for roles with `pg_read_all_stats`: `timeline` is then the
   * one of its last restart point, which may be an earlier one.
   */
  readonly isTimelineSure: boolean
  readonly isStandby: boolean
  /** Transactions are read-only unless they say otherwise: how a primary is kept from taking writes. */
  readonly isReadOnly: boolean
  /** On a primary the end of the log; on a standby how far it is replayed. */
  readonly lsn: Lsn
  /** On a standby: how far the log has been received. */
  readonly receivedLsn: Lsn | undefined
  /** On a standby: when the newest replayed transaction was committed, by the clock of its primary, in epoch milliseconds. */
  readonly committedAt: number | undefined
  /** By the node's own clock, in epoch milliseconds. */
  readonly clockAt: number
  readonly isReplayPaused: boolean
  /** When its server was started: two that agree in this and in `systemId` are one and the same. */
  readonly startedAt: string
  readonly connectionsMax: number
  /** `server_version_num`, such as 180004. */
  readonly versionNumber: number
}

/**
 * The end of the log, as an expression that a primary can be asked right after a commit: who has replayed up to it has
 * replayed the commit. Where nothing follows the last page, `pg_current_wal_insert_lsn()` is already behind the header of
 * the next one, 24 or 40 bytes that no standby reaches until somebody writes again. (No record is shorter than 24 bytes:
 * src/include/access/xlogrecord.h.)
 */
export const END_OF_LOG = `(
  select case
    when inserted - flushed <= 40 and (flushed - '0/0') % current_setting('wal_block_size')::int = 0
    then flushed else inserted
  end
  from (
    select pg_catalog.pg_current_wal_flush_lsn() as flushed, pg_catalog.pg_current_wal_insert_lsn() as inserted
  ) as log
)`

/** For any role that may log in, on a primary and on a standby, from PostgreSQL 13 on. */
export const NODE_QUESTION = questionWith({
  systemId: '(select system_identifier from pg_catalog.pg_control_system())',
  // A restart point is behind; the least that must be replayed may be a little less so.
  timeline: `(
    select greatest(checkpoint.timeline_id, recovery.min_recovery_end_timeline)
    from pg_catalog.pg_control_checkpoint() as checkpoint, pg_catalog.pg_control_recovery() as recovery
  )`,
})

/** Where the control file may not be asked about, as some hosts have it: nodes cannot be told apart from those of others. */
export const BARE_NODE_QUESTION = questionWith({ systemId: 'null', timeline: 'null' })

function questionWith(control: { readonly systemId: string; readonly timeline: string }): string {
  return `
    select ${control.systemId}::text as system_id,
           is_standby,
           case when not is_standby
             then left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8)
           end as written_timeline,
           receiver.received_tli as received_timeline,
           ${control.timeline} as control_timeline,
           receiver.pid is not null as is_receiving,
           current_setting('default_transaction_read_only') as is_read_only,
           case when is_standby then pg_catalog.pg_last_wal_replay_lsn() else ${END_OF_LOG} end::text as lsn,
           case when is_standby then pg_catalog.pg_last_wal_receive_lsn() end::text as received_lsn,
           case when is_standby
             then extract(epoch from pg_catalog.pg_last_xact_replay_timestamp())::float8 * 1000
           end as committed_at,
           extract(epoch from clock_timestamp())::float8 * 1000 as clock_at,
           case when is_standby then pg_catalog.pg_is_wal_replay_paused() else false end as is_replay_paused,
           extract(epoch from pg_catalog.pg_postmaster_start_time())::text as started_at,
           current_setting('max_connections') as connections_max,
           current_setting('server_version_num') as version_number
    from (select pg_catalog.pg_is_in_recovery() as is_standby) as node
    left join pg_catalog.pg_stat_wal_receiver as receiver on true
  `
}

/** How far a standby is replayed, and nothing else. */
export const REPLAYED_QUESTION = 'select pg_catalog.pg_last_wal_replay_lsn()::text as lsn'

type Fields = Readonly<Record<string, unknown>>

/** What the row of `NODE_QUESTION` says. */
export function nodeAnswerOf(row: Fields): NodeAnswer {
  const isStandby = row['is_standby'] === true
  return {
    systemId: textOf(row['system_id']) ?? '0',
    ...timelineOf(row, isStandby),
    isStandby,
    isReadOnly: row['is_read_only'] === 'on',
    lsn: lsnOf(row['lsn']) ?? 0n, // A standby that has replayed nothing yet.
    receivedLsn: lsnOf(row['received_lsn']),
    committedAt: numberOf(row['committed_at']),
    clockAt: Number(row['clock_at']),
    isReplayPaused: row['is_replay_paused'] === true,
    startedAt: textOf(row['started_at']) ?? '',
    connectionsMax: Number(row['connections_max']),
    versionNumber: Number(row['version_number']),
  }
}

function timelineOf(
  row: Fields,
  isStandby: boolean,
): Pick<NodeAnswer, 'timeline' | 'isTimelineSure'> {
  if (!isStandby) {
    return {
      timeline: Number.parseInt(textOf(row['written_timeline']) ?? '0', 16),
      isTimelineSure: true,
    }
  }
  const received = numberOf(row['received_timeline']) ?? 0
  const restart = numberOf(row['control_timeline']) ?? 0
  const timeline = received > 0 ? received : restart
  return {
    timeline,
    isTimelineSure: timeline > 0 && (received > 0 || row['is_receiving'] !== true),
  }
}

/** The answer to `REPLAYED_QUESTION`. */
export function replayedOf(row: Fields): Lsn {
  return lsnOf(row['lsn']) ?? 0n
}

function lsnOf(value: unknown): Lsn | undefined {
  return typeof value === 'string' ? parseLsn(value) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}
