import { sql } from '../../base/index.ts'
import { NewerPartError } from './errors.ts'
import type { Queryable, SchemaPart } from './part.ts'
import { partStatus } from './status.ts'
import { changing, run } from './transaction.ts'

export interface Disabled {
  /** The version that was there; 0: there was nothing to do. */
  readonly from: number
  /** What became of the schema: it stays while it holds anything else, and when it was there before S-Tier. */
  readonly schema: 'dropped' | 'kept' | 'absent'
}

/**
 * Removes a part: what it made and nothing else. The schema goes with the last part, if S-Tier made it and nothing of
 * anybody else is in it. Done twice it changes nothing. Throws ST210, ST212, or what PostgreSQL refuses: 2BP01 when somebody's
 * objects depend on ours.
 */
export function disablePart(database: Queryable, part: SchemaPart): Promise<Disabled> {
  return changing(database, async () => {
    const { version } = await partStatus(database, part)
    const known = part.versions.length
    if (version > known) throw new NewerPartError(part.name, version, known)
    for (const { down } of part.versions.slice(0, version).toReversed()) await run(database, down)
    if (version > 0) {
      await run(database, sql`delete from s_tier.parts where name = $1`, [part.name])
      await tidy(database)
    }
    if (await exists(database)) return { from: version, schema: 'kept' }
    return { from: version, schema: version > 0 ? 'dropped' : 'absent' }
  })
}

/** After the last part: the table of parts, then the schema. */
async function tidy(database: Queryable): Promise<void> {
  const left = await run(database, sql`select name from s_tier.parts`)
  const isOurs = left.some(({ name }) => name === 'schema')
  if (left.some(({ name }) => name !== 'schema')) return
  await run(database, sql`drop table s_tier.parts`)
  if (isOurs && (await isEmpty(database))) await run(database, sql`drop schema s_tier`)
}

async function exists(database: Queryable): Promise<boolean> {
  const [found] = await run(
    database,
    sql`select pg_catalog.to_regnamespace('s_tier')::text as name`,
  )
  return found?.['name'] !== null
}

async function isEmpty(database: Queryable): Promise<boolean> {
  const rows = await run(database, CONTENTS)
  return rows.length === 0
}

const CONTENTS = sql`
  select from pg_catalog.pg_depend
  where refclassid = 'pg_catalog.pg_namespace'::regclass and refobjid = 's_tier'::regnamespace
  limit 1`
