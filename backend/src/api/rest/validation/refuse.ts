import { DatabaseError } from '../../../capabilities/pool/index.ts'
import type { Catalog, Relation } from '../../../query/catalog/index.ts'
import type { WritePlan } from '../../../query/plan/index.ts'
import { maySurelyWrite } from './certainty.ts'
import { RowsRefusedError, toldFaults } from './errors.ts'
import type { Fault } from './fault.ts'
import type { RowsCheck } from './rows-check.ts'

/** A write, as far as it decides whether what is wrong with its rows is what PostgreSQL would say. */
export interface CheckedWrite {
  readonly plan: WritePlan
  readonly role: string
  readonly catalog: Catalog
  /** What was found in its body; undefined: nobody looked. */
  readonly found: RowsCheck | undefined
}

/** Throws `RowsRefusedError` for a write that PostgreSQL would certainly refuse for its rows. */
export function refuseRows({ plan, role, catalog, found }: CheckedWrite): void {
  const generated = generatedIn(plan, catalog)
  const first = generated[0] ?? found?.first
  if (first === undefined || !maySurelyWrite(plan, role, catalog)) return
  throw new RowsRefusedError(first, [...generated, ...(found?.faults ?? [])].slice(0, FAULTS_MAX))
}

/**
 * What PostgreSQL has refused, with every fault that was found in the rows, where it is one of those. Which of them PostgreSQL comes
 * upon first, or whether at all, was not known before.
 */
export function explained(error: unknown, { plan, role, catalog, found }: CheckedWrite): unknown {
  if (!(error instanceof DatabaseError) || found === undefined) return error
  const isAmongThem = found.faults.some(({ code }) => code === error.code)
  if (!isAmongThem || !maySurelyWrite(plan, role, catalog)) return error
  return Object.assign(error, { faults: toldFaults(found.faults) })
}

const FAULTS_MAX = 20
/** Before PostgreSQL 14 the words were others. */
const SINCE = 140_000

/** Columns that take no value from anybody: refused for the statement, before there are rows. */
function generatedIn(
  { columns, action, relation, body }: WritePlan,
  { serverVersion }: Catalog,
): readonly Fault[] {
  if (serverVersion < SINCE || action === 'delete') return []
  return columns
    .map(({ column }) => column)
    .filter(({ identity, generated }) => identity === 'always' || generated !== null)
    .sort((one, other) => one.position - other.position)
    .map(({ name, identity }): Fault => {
      const kind =
        identity === 'always'
          ? 'an identity column defined as GENERATED ALWAYS'
          : 'a generated column'
      return {
        code: '428C9',
        message:
          action === 'update'
            ? `column "${name}" can only be updated to DEFAULT`
            : `cannot insert a non-DEFAULT value into column "${name}"`,
        details: `Column "${name}" is ${kind}.`,
        rule: 'generated',
        hint: `Leave ${name} out: ${relation.name} makes it itself.`,
        pointer: `${body?.isArray === true ? '/0' : ''}/${name}`,
      }
    })
}

/** Whether anything of its rows may be certain at all. */
export function isCheckable({ kind }: Relation): boolean {
  return kind === 'table' || kind === 'partitioned-table'
}
