import { groupBy } from './group-by.ts'
import { parseExecutors } from './privileges.ts'
import type { RoutineRow } from './read-routines.ts'
import { settingsMap } from './settings.ts'
import type { TypeCatalog } from './type-catalog.ts'
import type { Relation, Routine, RoutineParameter, RoutineResult } from './types.ts'
import { relationKey } from './types.ts'
import { volatilityOf } from './volatility.ts'

/** Types that a whole request body can be, for the one parameter that needs no name. */
const BODY_TYPES = new Set(['bytea', 'json', 'jsonb', 'text', 'xml'])

/**
 * The functions that a request can call, overloads together, those with fewer parameters first. A parameter is given
 * by name, so every one needs a name, except a single one that takes the whole body.
 * PostgREST: "Functions with a single unnamed parameter".
 */
export function findRoutines(
  rows: readonly RoutineRow[],
  types: TypeCatalog,
  relations: ReadonlyMap<number, Relation>,
): ReadonlyMap<string, readonly Routine[]> {
  const routines = rows
    .filter(row => row.kind === 'f')
    .map(row => createRoutine(row, types, relations))
    .filter(isCallable)
    .sort((one, other) => one.parameters.length - other.parameters.length)
  return groupBy(routines, routine => relationKey(routine.schema, routine.name))
}

function createRoutine(
  row: RoutineRow,
  types: TypeCatalog,
  relations: ReadonlyMap<number, Relation>,
): Routine {
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    comment: row.comment,
    parameters: parametersOf(row, types),
    variadic: row.modes?.includes('v') ?? false,
    returns: resultOf(row, types, relations),
    volatility: volatilityOf(row.volatility),
    settings: settingsMap(row.settings ?? []),
    securityDefiner: row.securityDefiner,
    executableBy: parseExecutors(row.privileges),
  }
}

function isCallable({ parameters }: Routine): boolean {
  if (parameters.every(parameter => parameter.name !== '')) return true
  const [only] = parameters
  return parameters.length === 1 && BODY_TYPES.has(only?.type.name ?? '')
}

function parametersOf(row: RoutineRow, types: TypeCatalog): readonly RoutineParameter[] {
  const inputs = row.types
    .map((type, index) => ({ type, mode: modeAt(row, index), name: row.names?.[index] ?? '' }))
    .filter(({ mode }) => 'ibv'.includes(mode))
  return inputs.map(({ type, mode, name }, index) => ({
    name,
    type: types.reference(type),
    required: index < inputs.length - row.defaults,
    variadic: mode === 'v',
  }))
}

function resultOf(
  row: RoutineRow,
  types: TypeCatalog,
  relations: ReadonlyMap<number, Relation>,
): RoutineResult {
  const result = { set: row.set, type: types.reference(row.returns) }
  const columns = row.types.flatMap((type, index) =>
    'obt'.includes(modeAt(row, index))
      ? [{ name: row.names?.[index] ?? '', type: types.reference(type) }]
      : [],
  )
  const base = types.base(row.returns)
  const relation = relations.get(base.relation)
  if (columns.length > 0 || base.name === 'record') return { ...result, kind: 'record', columns }
  if (relation !== undefined) {
    const { schema, name } = relation
    return { ...result, kind: 'relation', relation: { schema, name } }
  }
  if (base.name === 'void') return { ...result, kind: 'void' }
  return { ...result, kind: base.kind === 'c' ? 'composite' : 'scalar' }
}

function modeAt(row: RoutineRow, index: number): string {
  return row.modes?.[index] ?? 'i'
}
