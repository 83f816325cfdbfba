import {
  type Catalog,
  type ComputedRelationship,
  findRelation,
  type Relation,
  relationKey,
  type Routine,
  type RoutineParameter,
} from '../../query/catalog/index.ts'
import { byName, inlineObjectType, type Member, objectType, unionType } from './layout.ts'
import { rowType } from './relations.ts'
import { rowReference, valueType } from './values.ts'

/** The functions of a schema that can be called, and those without a callable name that an embed can follow. */
export function functionMembers(schema: string, catalog: Catalog): readonly Member[] {
  const definitions = new Map<string, string[]>()
  for (const routines of catalog.routines.values()) {
    for (const routine of routines) {
      if (routine.schema === schema) add(definitions, routine.name, callType(routine, catalog))
    }
  }
  for (const [name, type] of hiddenTypes(schema, catalog)) add(definitions, name, type)
  return [...definitions]
    .map(([name, types]) => ({
      name,
      type: unionType([...new Set(types)].sort()),
      comment: catalog.routines.get(relationKey(schema, name))?.[0]?.comment ?? null,
    }))
    .sort(byName)
}

function add(definitions: Map<string, string[]>, name: string, type: string): void {
  definitions.set(name, [...(definitions.get(name) ?? []), type])
}

function callType(routine: Routine, catalog: Catalog): string {
  const embed = embedOf(routine, catalog)
  const members = [
    { name: 'Args', type: argumentsType(routine.parameters, catalog) },
    { name: 'Returns', type: returnsType(routine, embed, catalog) },
  ]
  const options = setOptions(routine, embed)
  if (options === undefined) return inlineObjectType(members)
  return objectType([...members, { name: 'SetofOptions', type: options }])
}

function argumentsType(parameters: readonly RoutineParameter[], catalog: Catalog): string {
  if (parameters.length === 0) return 'never'
  return inlineObjectType(
    parameters.map(({ name, type, required }) => ({
      name,
      type: valueType(type, catalog, 'in'),
      optional: !required,
    })),
  )
}

function returnsType(
  { returns }: Routine,
  embed: ComputedRelationship | undefined,
  catalog: Catalog,
): string {
  // The client makes a list of a set that is declared as `rows 1` by itself.
  const isList = returns.set && embed?.toOne !== true
  return isList ? listOf(resultType(returns, catalog)) : resultType(returns, catalog)
}

function resultType(returns: Routine['returns'], catalog: Catalog): string {
  if (returns.kind === 'record' && returns.columns.length > 0) {
    return objectType(
      returns.columns.map(({ name, type }) => ({ name, type: valueType(type, catalog, 'out') })),
    )
  }
  const relation =
    returns.kind === 'relation'
      ? findRelation(catalog, returns.relation.schema, returns.relation.name)
      : undefined
  return relation === undefined
    ? valueType(returns.type, catalog, 'out')
    : rowType(relation, catalog)
}

function listOf(type: string): string {
  return / [|&] /.test(type) && !type.startsWith('{') ? `(${type})[]` : `${type}[]`
}

/** How the client's types follow a function from rows to rows. Undefined: the result is no relation of its schema. */
function setOptions(
  { schema, returns }: Routine,
  embed: ComputedRelationship | undefined,
): string | undefined {
  if (returns.kind !== 'relation' || returns.relation.schema !== schema) return undefined
  return optionsType({
    from: embed?.from.name ?? '*',
    to: returns.relation.name,
    isOneToOne: embed?.toOne ?? !returns.set,
    isSetofReturn: returns.set,
  })
}

function optionsType(options: Readonly<Record<string, string | boolean>>): string {
  return objectType(
    Object.entries(options).map(([name, value]) => ({ name, type: JSON.stringify(value) })),
  )
}

/** The computed relationship that a callable function is as well. */
function embedOf(
  { schema, name, parameters }: Routine,
  catalog: Catalog,
): ComputedRelationship | undefined {
  const [first] = parameters
  return computedRelationships(schema, catalog).find(
    one =>
      one.function.name === name &&
      one.from.schema === first?.type.schema &&
      one.from.name === first.type.name,
  )
}

function computedRelationships(schema: string, catalog: Catalog): readonly ComputedRelationship[] {
  return [...catalog.relationships.values()]
    .flat()
    .filter(
      (one): one is ComputedRelationship =>
        one.kind === 'computed' && one.function.schema === schema && one.from.schema === schema,
    )
}

/** Functions of a row whose parameter has no name: they can be selected, but not be called. */
function hiddenTypes(schema: string, catalog: Catalog): readonly (readonly [string, string])[] {
  const embeds = computedRelationships(schema, catalog)
    .filter(one => !isCallable(schema, one.function.name, one.from.name, catalog))
    .flatMap(one => {
      const from = findRelation(catalog, schema, one.from.name)
      const to = findRelation(catalog, one.to.schema, one.to.name)
      if (from === undefined || to === undefined || to.schema !== schema) return []
      return [[one.function.name, embedType(one, from, to, catalog)] as const]
    })
  const fields = [...catalog.relations.values()]
    .filter(relation => relation.schema === schema)
    .flatMap(relation =>
      [...(catalog.computedFields.get(relationKey(schema, relation.name)) ?? [])]
        .filter(([name]) => !isCallable(schema, name, relation.name, catalog))
        .map(([name]) => [name, fieldType(name, relation)] as const),
    )
  return [...embeds, ...fields]
}

function isCallable(schema: string, name: string, relation: string, catalog: Catalog): boolean {
  const routines = catalog.routines.get(relationKey(schema, name)) ?? []
  return routines.some(({ parameters: [first] }) => first?.type.name === relation)
}

function embedType(
  { toOne }: ComputedRelationship,
  from: Relation,
  to: Relation,
  catalog: Catalog,
): string {
  const row = rowType(to, catalog)
  const options = { from: from.name, to: to.name, isOneToOne: toOne, isSetofReturn: !toOne }
  return objectType([
    { name: 'Args', type: `{ "": ${rowReference(from)} }` },
    { name: 'Returns', type: toOne ? row : listOf(row) },
    { name: 'SetofOptions', type: optionsType(options) },
  ])
}

function fieldType(name: string, relation: Relation): string {
  const reason = `${name} is a computed field of ${relation.name}: select it instead of calling it`
  return objectType([
    { name: 'Args', type: `{ "": ${rowReference(relation)} }` },
    { name: 'Returns', type: `{ error: true } & ${JSON.stringify(reason)}` },
  ])
}
