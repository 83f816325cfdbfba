import { type Catalog, createRights, type Routine } from '../../../query/catalog/index.ts'
import type { CallPlan } from '../../../query/plan/index.ts'
import { RowsRefusedError } from './errors.ts'
import { type Fault, pointerOf, type Refusal } from './fault.ts'
import type { TypeRules } from './input.ts'
import type { JsonText } from './json-text.ts'
import { scanRows } from './scan-rows.ts'
import { typeRules } from './types.ts'

/** A call, as far as it decides whether what is wrong with its arguments is what PostgreSQL would say. */
export interface CheckedCall {
  readonly plan: CallPlan
  readonly role: string
  readonly catalog: Catalog
  /** The schemas that messages leave out. */
  readonly path: readonly string[]
  /** The body, of arguments in JSON; otherwise their texts, in the order of the plan. */
  readonly given: string | readonly (string | null)[]
}

/** Throws `RowsRefusedError` for arguments that PostgreSQL would certainly refuse. */
export function refuseArguments(call: CheckedCall): void {
  const { plan, role, catalog } = call
  if (!hasRules(call) || !maySurelyCall(plan.routine, role, catalog)) return
  const faults =
    typeof call.given === 'string' ? faultsOfBody(call, call.given) : faultsOfTexts(call)
  const [first] = faults
  if (first !== undefined) throw new RowsRefusedError(first, faults.slice(0, FAULTS_MAX))
}

const FAULTS_MAX = 20

/** By name. Overloads have their own, so they are kept by routine. */
type ParameterRules = ReadonlyMap<string, TypeRules>
const known = new WeakMap<Routine, ParameterRules>()

function hasRules(call: CheckedCall): boolean {
  return rulesOf(call).size > 0
}

function rulesOf({ plan: { routine }, catalog, path }: CheckedCall): ParameterRules {
  const before = known.get(routine)
  if (before !== undefined) return before
  const rules = new Map(
    routine.parameters
      .filter(({ variadic }) => !variadic)
      .map(({ name, type }) => [name, typeRules(catalog, type, path)] as const)
      .filter(([, { input, ofNull }]) => input !== undefined || ofNull !== undefined),
  )
  known.set(routine, rules)
  return rules
}

/**
 * PostgreSQL may put the body of a function of SQL that writes nothing into the statement around it, and then perhaps find that
 * nothing of it has to be done.
 */
function maySurelyCall(routine: Routine, role: string, catalog: Catalog): boolean {
  const language = catalog.functions.get(routine.oid)?.language
  if (language === undefined) return false
  if (language === 'sql' && routine.volatility !== 'volatile') return false
  if (!catalog.roles.has(role)) return false
  const rights = createRights(catalog, role)
  const types = routine.parameters.map(({ type }) => type.schema)
  return (
    rights.mayUse(routine.schema) &&
    rights.mayExecute(routine) &&
    types.every(schema => schema === 'pg_catalog' || rights.mayUse(schema))
  )
}

function faultsOfBody(call: CheckedCall, text: string): readonly Fault[] {
  const { arguments: given } = call.plan
  if (given.kind !== 'json') return []
  const rules = rulesOf(call)
  const names = given.parameters.map(({ name }) => name)
  const faults: Fault[] = []
  const row = given.isArray ? 0 : undefined
  const sink = {
    key: () => undefined,
    value(index: number, item: number, json: JsonText) {
      const name = names[index] ?? ''
      const known = item === 0 ? rules.get(name) : undefined
      const refusal = known && refusalOf(known, json)
      if (refusal !== undefined) faults.push({ ...refusal, pointer: pointerOf(row, name) })
    },
    rowEnd: () => undefined,
  }
  const scanned = scanRows(text, sink, names)
  return scanned === undefined || scanned.isRepeated ? [] : sorted(faults, names, row)
}

function refusalOf({ input, ofNull }: TypeRules, json: JsonText): Refusal | undefined {
  return json.kind === 'null' ? ofNull : input?.(json.valueText(), json.kind)
}

/** In the order in which PostgreSQL reads them. */
function sorted(
  faults: readonly Fault[],
  names: readonly string[],
  row: number | undefined,
): readonly Fault[] {
  const order = new Map(names.map((name, index) => [pointerOf(row, name), index]))
  return [...faults].sort(
    (one, other) => (order.get(one.pointer) ?? 0) - (order.get(other.pointer) ?? 0),
  )
}

function faultsOfTexts(call: CheckedCall): readonly Fault[] {
  const { arguments: given } = call.plan
  if (given.kind !== 'named' || typeof call.given === 'string') return []
  const rules = rulesOf(call)
  const texts = call.given
  return given.values.flatMap(({ parameter: { name } }, index): readonly Fault[] => {
    const text = texts[index] ?? null
    const known = rules.get(name)
    const refusal = text === null ? undefined : known?.input?.(text, 'string')
    return refusal === undefined ? [] : [{ ...refusal, pointer: pointerOf(undefined, name) }]
  })
}
