import { identifier, STierError, sql } from '../../base/index.ts'
import type { Queryable } from './queryable.ts'

/** The function that configures the server cannot be called. */
export class PreConfigError extends STierError {
  readonly code = 'ST211'
  readonly status = 503

  constructor(name: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`The function '${name}', which configures the server, failed: ${reason}`, {
      hint: 'It takes no arguments, and the role that logs in may execute it; database.preConfig (db-pre-config) names it.',
      cause,
    })
  }
}

/** Settings by their names, such as `pgrst.db_schemas`. */
export type DatabaseSettings = ReadonlyMap<string, string>

const BEGIN = sql`begin read only`
const COMMIT = sql`commit`
const ROLLBACK = sql`rollback`

/** Of the role that logged in: those for this database come last and hold. */
const OF_ROLE = sql`
  select lower(split_part(item.text, '=', 1)) as name,
    substr(item.text, strpos(item.text, '=') + 1) as value
  from pg_catalog.pg_db_role_setting s
  cross join unnest(s.setconfig) with ordinality as item(text, place)
  where s.setrole = (select oid from pg_catalog.pg_roles where rolname = session_user)
    and s.setdatabase in (
      0, (select oid from pg_catalog.pg_database where datname = current_database())
    )
  order by s.setdatabase, item.place`

/** A connection may hold values from its login: what the function does not set must not look as if it had. */
const FORGET = sql`
  select set_config(name, '', true) from json_array_elements_text($1::json) as name`
const SET = sql`
  select name, current_setting(name, true) as value
  from json_array_elements_text($1::json) as name`

/** What the database says about how it is to be served, and where a function says more. */
export interface SettingsQuestion {
  /** Settings to look for. */
  readonly names: readonly string[]
  /** The setting that names a function in place of `preConfig`. */
  readonly preConfigName: string
  /** A function that makes settings with `set_config`. */
  readonly preConfig: string | undefined
}

/**
 * Settings of the role that logged in (`alter role … [in database …] set`), and under them those that the function
 * makes. PostgREST: references/configuration, "In-Database Configuration". Throws ST211 when the function fails.
 */
export async function readDatabaseSettings(
  database: Queryable,
  { names, preConfigName, preConfig }: SettingsQuestion,
): Promise<DatabaseSettings> {
  await database.query(BEGIN.text)
  try {
    const ofRole = valuesOf(await database.query(OF_ROLE.text), names)
    const called = ofRole.get(preConfigName) ?? preConfig
    const made = called === undefined ? [] : await callFunction(database, called, names)
    await database.query(COMMIT.text)
    return new Map([...made, ...ofRole])
  } catch (error) {
    await database.query(ROLLBACK.text).catch(() => undefined)
    throw error
  }
}

async function callFunction(
  database: Queryable,
  name: string,
  names: readonly string[],
): Promise<DatabaseSettings> {
  const list = [JSON.stringify(names)]
  await database.query(FORGET.text, list)
  try {
    await database.query(sql`select ${identifier(...name.split('.'))}()`.text)
  } catch (error) {
    throw new PreConfigError(name, error)
  }
  const rows = await database.query(SET.text, list)
  return new Map([...valuesOf(rows, names)].filter(([, value]) => value !== ''))
}

function valuesOf(
  rows: Awaited<ReturnType<Queryable['query']>>,
  names: readonly string[],
): DatabaseSettings {
  const known = new Set(names)
  const pairs = rows.map(({ name, value }) => [String(name), textOf(value)] as const)
  return new Map(pairs.filter(([name]) => known.has(name)))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
