import { sql } from '../../../base/index.ts'
import type { Queryable } from '../queryable.ts'
import { createReader, type Reader } from '../reader.ts'
import { readServerVersion } from '../server.ts'
import type { Examined, Finding, Level } from './finding.ts'
import { findDefiners, findDynamicSql } from './functions.ts'
import { findLoginRole, findOpenSchemas, findRequestRoles } from './roles.ts'
import { findExtensions } from './extensions.ts'
import {
  findOpenPolicies,
  findOpenTables,
  findSilentTables,
  findWritesOfAnybody,
} from './tables.ts'
import { findPassingViews } from './views.ts'

const CHECKS: readonly ((reader: Reader, examined: Examined) => Promise<readonly Finding[]>)[] = [
  findLoginRole,
  findRequestRoles,
  findOpenTables,
  findWritesOfAnybody,
  findOpenPolicies,
  findPassingViews,
  findDefiners,
  findDynamicSql,
  findOpenSchemas,
  findSilentTables,
  findExtensions,
]

const ORDER: Readonly<Record<Level, number>> = Object.freeze({ error: 0, warning: 1, note: 2 })

/**
 * Looks for what lets requests do more than was meant, in one snapshot and without changing anything. The worst comes first.
 */
export async function examineDatabase(
  database: Queryable,
  examined: Examined,
): Promise<readonly Finding[]> {
  await database.query('begin isolation level repeatable read read only')
  try {
    const reader = createReader(database, await readServerVersion(database))
    const roles = await existing(reader, examined)
    const findings: Finding[] = []
    for (const check of CHECKS) findings.push(...(await check(reader, { ...examined, roles })))
    return findings.sort((one, other) => ORDER[one.level] - ORDER[other.level])
  } finally {
    await database.query('rollback').catch(() => undefined)
  }
}

/** The roles that there are; everybody, where there is none of them. */
async function existing(reader: Reader, { roles }: Examined): Promise<readonly string[]> {
  const rows = await reader.rows<{ readonly name: string }>(ROLES, roles)
  return rows.length === 0 ? ['public'] : rows.map(({ name }) => name)
}

const ROLES = sql`
  select r.rolname as name from pg_roles r
  where r.rolname in (select json_array_elements_text($1::json)) order by 1`
