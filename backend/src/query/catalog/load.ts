import { type Clock, sql, systemClock } from '../../base/index.ts'
import { createCatalog } from './create.ts'
import { readFacts } from './facts.ts'
import { type CatalogOptions, completeOptions } from './options.ts'
import type { Queryable } from './queryable.ts'
import { createReader } from './reader.ts'
import { checkSchemas, readServerVersion } from './server.ts'
import type { Catalog } from './types.ts'

const BEGIN = sql`begin isolation level repeatable read read only`
const COMMIT = sql`commit`
const ROLLBACK = sql`rollback`

/**
 * Reads the whole catalog in one snapshot of the database, as a role without any special right. Throws
 * `UnsupportedServerError` (ST201), `MissingSchemaError` (ST202), or what the connection throws.
 */
export async function loadCatalog(
  database: Queryable,
  options: CatalogOptions = {},
  clock: Clock = systemClock,
): Promise<Catalog> {
  const rules = completeOptions(options)
  await database.query(BEGIN.text)
  try {
    const serverVersion = await readServerVersion(database)
    await checkSchemas(database, rules.schemas)
    const reader = createReader(database, serverVersion, [rules.schemas, rules.extraSearchPath])
    const facts = await readFacts(reader, rules)
    await database.query(COMMIT.text)
    return createCatalog(facts, rules, {
      serverVersion,
      version: reader.digest(),
      loadedAt: clock.epochMs(),
    })
  } catch (error) {
    await database.query(ROLLBACK.text).catch(() => undefined)
    throw error
  }
}
