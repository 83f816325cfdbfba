import type { Queryable } from '../types.ts'
import { StreamInputError, StreamVersionError } from './errors.ts'
import { checkedName } from './names.ts'
import { jsonOf } from './stored-json.ts'

/** Which snapshot of a stream. */
export interface SnapshotName {
  /** One stream may be folded in several ways. Default `state`. */
  readonly name?: string
  /** The form of its data. Raise it when the fold changes: older snapshots are then not found, and made again. Default 1. */
  readonly schema?: number
}

export interface NewSnapshot<Data = unknown> extends SnapshotName {
  /** How many events of the stream are in it. */
  readonly version: number
  readonly data: Data
}

export interface Snapshot<Data = unknown> {
  readonly version: number
  readonly data: Data
  /** In milliseconds since 1970. */
  readonly at: number
}

/** Whether it was kept: false when there is one of this version or a later one. */
export async function saveSnapshot(
  database: Queryable,
  stream: string,
  { version, data, ...which }: NewSnapshot,
): Promise<boolean> {
  const { name, schema } = settle(which)
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new StreamInputError('A snapshot has the version of the last event that is in it')
  }
  const json = jsonOf(data, 'The data of a snapshot')
  const [row = {}] = await database.query(SAVE, [stream, name, schema, version, json])
  if (row['outcome'] === 'refused') {
    throw new StreamVersionError(stream, version, Number(row['version']))
  }
  return row['outcome'] === 'saved'
}

const SAVE = 'select * from s_tier.stream_snapshot_save($1, $2, $3, $4, $5)'

export async function loadSnapshot(
  database: Queryable,
  stream: string,
  which: SnapshotName,
): Promise<Snapshot | undefined> {
  const { name, schema } = settle(which)
  const [row] = await database.query(LOAD, [stream, name, schema])
  if (row === undefined) return undefined
  return {
    version: Number(row['version']),
    data: JSON.parse(String(row['data'])) as unknown,
    at: Number(row['at_ms']),
  }
}

const LOAD = 'select * from s_tier.stream_snapshot_load($1, $2, $3)'

function settle({ name = 'state', schema = 1 }: SnapshotName) {
  if (!Number.isSafeInteger(schema)) {
    throw new StreamInputError('The schema of a snapshot is a whole number')
  }
  return { name: checkedName(name, 'The name of a snapshot'), schema }
}
