import {
  type Catalog,
  createRights,
  type Privilege,
  type Relation,
  type Rights,
} from '../../../query/catalog/index.ts'
import {
  fieldsOf,
  nodesOf,
  type ReadPlan,
  relationsOf,
  type WritePlan,
} from '../../../query/plan/index.ts'

/**
 * Whether nothing but its rows can have this write refused: the role may do all that the statement does, so that telling it what
 * rows have to be tells it nothing that it may not know. Whatever is in doubt is in doubt.
 */
export function maySurelyWrite(plan: WritePlan, role: string, catalog: Catalog): boolean {
  const known = verdicts.get(plan)
  const before = known?.get(role)
  if (before !== undefined) return before
  const verdict = catalog.roles.has(role) && decide(plan, role, catalog)
  if (known === undefined) verdicts.set(plan, new Map([[role, verdict]]))
  else if (known.size < ROLES_MAX) known.set(role, verdict)
  return verdict
}

/** Plans are made anew with each catalog, and roles are few. */
const verdicts = new WeakMap<WritePlan, Map<string, boolean>>()
const ROLES_MAX = 100

function decide(plan: WritePlan, role: string, catalog: Catalog): boolean {
  const { relation, columns, action, returning } = plan
  if (!isPlainTable(relation) || relation.insertsPass === 'statement') return false
  const rights = createRights(catalog, role)
  const types = columns.map(({ column }) => column.type)
  const areUsable = types.every(({ schema }) => schema === 'pg_catalog' || rights.mayUse(schema))
  if (!areUsable || !rights.mayUse(relation.schema)) return false
  if (!kindsOf(plan).every(kind => holds(plan, kind, rights))) return false
  if (returning !== undefined && !maySurelyRead(returning, rights, catalog)) return false
  return mayPass(relation, role, action === 'update' ? 'update' : 'insert', catalog)
}

/** The privileges that the statement needs. */
function kindsOf({ action, conflict, where, location }: WritePlan): readonly Privilege['kind'][] {
  const updates = action === 'update' || conflict?.resolution === 'merge-duplicates'
  const reads = where !== undefined || conflict !== undefined || location.length > 0
  const kinds: Privilege['kind'][] = action === 'update' ? [] : ['insert']
  if (updates) kinds.push('update')
  return reads ? [...kinds, 'select'] : kinds
}

function holds({ relation, columns }: WritePlan, kind: Privilege['kind'], rights: Rights): boolean {
  if (kind === 'select') return rights.mayAll(kind, relation)
  const areAllowed = columns.every(({ column }) => rights.may(kind, relation, column))
  return areAllowed && rights.mayAny(kind, relation)
}

function isPlainTable({ kind, isTemporary }: Relation): boolean {
  return !isTemporary && (kind === 'table' || kind === 'partitioned-table')
}

/** Views run with the rights of others, and functions may do anything: those are not looked into. */
function maySurelyRead(plan: ReadPlan, rights: Rights, catalog: Catalog): boolean {
  const nodes = [...nodesOf(plan)]
  if (nodes.some(({ embeds }) => embeds.some(one => one.relationship.kind === 'computed'))) {
    return false
  }
  const isOfRow = [...fieldsOf(plan)].some(({ computed }) => computed !== undefined)
  if (isOfRow) return false
  return [...relationsOf(catalog, plan)].every(
    relation =>
      isPlainTable(relation) && rights.mayUse(relation.schema) && rights.mayAll('select', relation),
  )
}

/** Where no policy lets the role in at all, every row is refused for that. */
function mayPass(
  { rowSecurity, policies }: Relation,
  role: string,
  command: 'insert' | 'update',
  catalog: Catalog,
): boolean {
  if (!rowSecurity) return true
  const concerns = rolesOf(catalog, role)
  return policies.some(
    policy =>
      policy.permissive &&
      (policy.command === 'all' || policy.command === command) &&
      policy.roles.some(name => concerns.has(name)),
  )
}

function rolesOf({ memberships }: Catalog, role: string): ReadonlySet<string> {
  const found = new Set(['PUBLIC', role])
  for (const name of found) for (const other of memberships.get(name) ?? []) found.add(other)
  return found
}
