import { isObject, jsonOf, option } from '../../../base/index.ts'
import { CACHE_CHECKS } from '../../../capabilities/cache/index.ts'

/** What holds for answers in which rows of one table count. Of several tables the narrowest counts. */
export interface TablePolicy {
  /** Default true. */
  readonly enabled?: boolean
  /** How long answers are fresh. Of a table that is not journaled, answers are kept only with this. */
  readonly ttlMs?: number
  readonly staleWhileRevalidateMs?: number
  readonly staleIfErrorMs?: number
}

/** By `schema.table`. */
export type TablePolicies = Readonly<Record<string, TablePolicy>>

const { ttlMs, staleWhileRevalidateMs, staleIfErrorMs } = CACHE_CHECKS
const CHECKS: option.Checks<TablePolicy> = Object.freeze({
  enabled: option.flag(),
  ttlMs,
  staleWhileRevalidateMs,
  staleIfErrorMs,
})
const NAMES = Object.keys(CHECKS)

/** An object; as text its JSON. */
export const TABLES_CHECK: option.Check<TablePolicies> = Object.freeze({
  expects: `an object of rules by table, such as {"public.products": {"ttlMs": 60000, "enabled": true}}, each with some of ${NAMES.join(', ')}`,
  read: (value: unknown) => readPolicies(jsonOf(value)),
  fault: (value: unknown) => faultOf(jsonOf(value)),
  isSwitch: false,
  isSecret: false,
})

function readPolicies(value: unknown): TablePolicies | undefined {
  if (faultOf(value) !== undefined || !isObject(value)) return undefined
  const policies: Record<string, TablePolicy> = {}
  for (const [table, policy] of Object.entries(value)) policies[table] = readPolicy(policy)
  return Object.freeze(policies)
}

/** Of what has no fault. */
function readPolicy(policy: unknown): TablePolicy {
  const read: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(policy as object)) {
    if (isName(name)) read[name] = CHECKS[name].read(given)
  }
  return Object.freeze(read)
}

/** The first thing that is wrong, in a sentence. */
function faultOf(value: unknown): string | undefined {
  if (!isObject(value)) return 'That is no JSON object.'
  for (const [table, policy] of Object.entries(value)) {
    const fault = faultOfTable(table, policy)
    if (fault !== undefined) return fault
  }
  return undefined
}

function faultOfTable(table: string, policy: unknown): string | undefined {
  if (!/^[^.]+\..+$/.test(table)) return `'${table}' is not of the form schema.table.`
  if (!isObject(policy)) return `What is said of '${table}' is no object.`
  for (const [name, given] of Object.entries(policy)) {
    if (!isName(name)) return `'${table}' has '${name}', which is none of ${NAMES.join(', ')}.`
    const check = CHECKS[name]
    if (check.read(given) === undefined) {
      return `${name} of '${table}' must be ${check.expects}, not ${JSON.stringify(given)}.`
    }
  }
  return undefined
}

function isName(name: string): name is keyof TablePolicy {
  return Object.hasOwn(CHECKS, name)
}
