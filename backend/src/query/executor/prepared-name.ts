import { createHash } from 'node:crypto'

/** Roles are few; a database with more of them than this only digests their names more often. */
const ROLES_MAX = 1_000

const suffixes = new Map<string, string>()

/**
 * The name of a prepared statement for one role. PostgreSQL checks the right to execute a function that it makes part of a
 * plan (an SQL function, inlined) when it plans, and keeps the plan: were it shared, a role without the right could use what
 * it has planned for one with it. So no two roles share a plan. An empty name stays empty: nothing is kept under it.
 *
 * GRANT and REVOKE on the function make PostgreSQL plan anew. A role that leaves another one keeps what was planned with
 * the other's rights until the connection ends (`pool.lifetimeMs`).
 */
export function preparedName(name: string, role: string): string {
  if (name === '') return name
  let suffix = suffixes.get(role)
  if (suffix === undefined) {
    if (suffixes.size >= ROLES_MAX) suffixes.clear()
    const digest = createHash('sha256').update(role).digest()
    suffix = `_${digest.readBigUInt64BE().toString(36)}`
    suffixes.set(role, suffix)
  }
  return name + suffix
}
