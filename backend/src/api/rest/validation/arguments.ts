import { type Catalog, createRights, type Routine } from '../../../query/catalog/index.ts'
import type { CallPlan } from '../../../query/plan/index.ts'
import { RowsRefusedError } from './errors.ts'
import { type Fault, pointerOf } from './fault.ts'
import { type Input, type TypeRules, UNSURE } from './input.ts'
import { FirstFault } from './first-fault.ts'
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
  const found = typeof call.given === 'string' ? foundInBody(call, call.given) : foundInTexts(call)
  const first = found?.first
  if (found !== undefined && first !== undefined) throw new RowsRefusedError(first, found.faults)
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

/** What is wrong, in the order in which PostgreSQL reads arguments. */
class FoundFaults {
  readonly #faults: (readonly [order: number, fault: Fault])[] = []
  readonly #first = new FirstFault()

  get first(): Fault | undefined {
    return this.#first.fault
  }

  get faults(): readonly Fault[] {
    const sorted = [...this.#faults].sort(([one], [other]) => one - other)
    return sorted.slice(0, FAULTS_MAX).map(([, fault]) => fault)
  }

  see(verdict: ReturnType<Input>, pointer: string, order: number): void {
    if (verdict === undefined) return
    if (verdict === UNSURE) return this.#first.doubt(order)
    const fault = { ...verdict, pointer }
    this.#faults.push([order, fault])
    this.#first.find(order, fault)
  }
}

function foundInBody(call: CheckedCall, text: string): FoundFaults | undefined {
  const { arguments: given } = call.plan
  if (given.kind !== 'json') return undefined
  const rules = rulesOf(call)
  const names = given.parameters.map(({ name }) => name)
  const row = given.isArray ? 0 : undefined
  const found = new FoundFaults()
  const sink = {
    key: () => undefined,
    value(index: number, item: number, json: JsonText) {
      const name = names[index] ?? ''
      const known = item === 0 ? rules.get(name) : undefined
      if (known !== undefined) found.see(verdictOf(known, json), pointerOf(row, name), index)
    },
    rowEnd: () => undefined,
  }
  const scanned = scanRows(text, sink, names)
  return scanned === undefined || scanned.isRepeated ? undefined : found
}

function verdictOf({ input, ofNull }: TypeRules, json: JsonText): ReturnType<Input> {
  return json.kind === 'null' ? ofNull : input?.(json.valueText(), json.kind)
}

function foundInTexts(call: CheckedCall): FoundFaults | undefined {
  const { arguments: given } = call.plan
  if (given.kind !== 'named' || typeof call.given === 'string') return undefined
  const rules = rulesOf(call)
  const found = new FoundFaults()
  const texts = call.given
  for (const [index, { parameter }] of given.values.entries()) {
    const text = texts[index] ?? null
    if (text === null) continue
    const verdict = rules.get(parameter.name)?.input?.(text, 'string')
    found.see(verdict, pointerOf(undefined, parameter.name), index)
  }
  return found
}
