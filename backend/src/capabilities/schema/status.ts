import { sql } from '../../base/index.ts'
import type { Queryable, SchemaPart } from './part.ts'
import { run } from './transaction.ts'

/** What is there of a part. */
export interface PartStatus {
  /** 0: it is not enabled. */
  readonly version: number
  /** The roles that may use it besides its owner, by name in order. */
  readonly users: readonly string[]
}

/** Looks at a part. The role must be its owner, or may read `s_tier.parts`. */
export async function partStatus(
  database: Queryable,
  { name }: Pick<SchemaPart, 'name'>,
): Promise<PartStatus> {
  const [there] = await run(database, EXISTS)
  if (there?.['parts'] === null) return { version: 0, users: [] }
  const [found] = await run(database, VERSION, [name])
  const users = await run(database, USERS, [name])
  return { version: Number(found?.['version']), users: users.map(row => String(row['name'])) }
}

const EXISTS = sql`select pg_catalog.to_regclass('s_tier.parts')::text as parts`
const VERSION = sql`select coalesce(max(version), 0) as version from s_tier.parts where name = $1`
/** Its functions begin with its name; who may call one of them may call them all. */
const USERS = sql`
  select distinct r.rolname::text collate "C" as name
  from pg_catalog.pg_proc p
  cross join pg_catalog.aclexplode(p.proacl) a
  join pg_catalog.pg_roles r on r.oid = a.grantee
  where p.pronamespace = 's_tier'::regnamespace and starts_with(p.proname::text, $1 || '_')
    and a.grantee <> p.proowner
  order by 1`
