import { relationKey, type RelationRef } from '../../query/catalog/index.ts'
import { type CachingParts, cachingParts, NO_CACHING } from './caching.ts'
import { createFilters, type Filters } from './filters.ts'
import type { JsonObject } from './json.ts'
import { createNames, type Names } from './names.ts'
import { FILTER_SCHEMAS, parameterRef } from './parameters.ts'
import { relationNotes } from './relation-notes.ts'
import { isReadable, type Profiles, relationPath, relationResponse } from './relation-paths.ts'
import { relationComponents, ROW_ENDINGS } from './relation-schemas.ts'
import { FAILURE_RESPONSES } from './responses.ts'
import { routinePath, routineResponse } from './routine-paths.ts'
import { createSchemas, type Schemas } from './schemas.ts'
import { readableKeys, type Scope } from './scope.ts'

/** The parts of a document that the catalog makes, by their names. */
export interface Described {
  readonly schemas: Readonly<Record<string, JsonObject>>
  readonly responses: Readonly<Record<string, JsonObject>>
  readonly parameters: Readonly<Record<string, JsonObject>>
  readonly paths: Readonly<Record<string, JsonObject>>
}

/** What the parts of one document share. */
interface Description {
  readonly scope: Scope
  readonly names: Names
  /** The name of each relation's components and operations, by `relationKey`. */
  readonly stems: ReadonlyMap<string, string>
  readonly readable: ReadonlySet<string>
  /** A reference to the rows of a relation; undefined for one that the document does not have. */
  readonly rowOf: (relation: RelationRef) => JsonObject | undefined
  readonly schemas: Schemas
  readonly filters: Filters
  readonly profiles: Profiles
  readonly plans: boolean
  readonly caching: CachingParts
}

/** What a document says of the schema besides what is in it. */
export interface ScopeOptions {
  /** Requests that choose no schema mean this one. */
  readonly isDefault: boolean
  /** Who asks for the plan of a statement is told. */
  readonly plans: boolean
  /** Answers of reads are kept. */
  readonly caching: boolean
}

/** Relations first, so that types give way to them where they are called alike. */
export function describeScope(scope: Scope, options: ScopeOptions): Described {
  const description = startDescription(scope, options)
  const relations = describeRelations(description)
  const routines = describeRoutines(description)
  return {
    schemas: { ...relations.schemas, ...description.schemas.components() },
    responses: {
      ...relations.responses,
      ...routines.responses,
      ...description.caching.responses,
    },
    parameters: description.filters.components(),
    paths: { ...relations.paths, ...routines.paths },
  }
}

function startDescription(scope: Scope, options: ScopeOptions): Description {
  const { isDefault, plans } = options
  const names = createNames(OWN_NAMES)
  const stems = new Map(
    scope.relations.map(({ relation }) => [
      relationKey(relation.schema, relation.name),
      names.claim(relation.name, ROW_ENDINGS),
    ]),
  )
  const readable = readableKeys(scope)
  const rowOf = ({ schema, name }: RelationRef) => {
    const key = relationKey(schema, name)
    const stem = readable.has(key) ? stems.get(key) : undefined
    return stem === undefined ? undefined : { $ref: `#/components/schemas/${stem}` }
  }
  const profiles = isDefault ? NO_PROFILES : PROFILES
  const schemas = createSchemas(scope.catalog, names, rowOf)
  const filters = createFilters()
  const caching = options.caching ? cachingParts(stems.values()) : NO_CACHING
  return { scope, names, stems, readable, rowOf, schemas, filters, profiles, plans, caching }
}

const NO_PROFILES: Profiles = Object.freeze({ read: [], write: [] })
const PROFILES: Profiles = Object.freeze({
  read: [parameterRef('AcceptProfile')],
  write: [parameterRef('ContentProfile')],
})

/** What components of relations and types must not be called: our own names, and what generated code needs itself. */
const OWN_NAMES: readonly string[] = Object.freeze([
  ...[
    'Error',
    'Done',
    'StatementPlan',
    ...Object.keys(FILTER_SCHEMAS),
    ...Object.keys(FAILURE_RESPONSES),
  ],
  ...[
    'Array',
    'Boolean',
    'Date',
    'Function',
    'Map',
    'Number',
    'Object',
    'Promise',
    'Set',
    'String',
  ],
  ...['Exclude', 'Extract', 'Omit', 'Partial', 'Pick', 'Readonly', 'Record', 'Required', 'Symbol'],
  ...['Blob', 'Event', 'File', 'FormData', 'Headers', 'Request', 'Response', 'URL'],
  ...['Client', 'ClientOptions', 'Config', 'Options'],
])

function describeRelations(description: Description): Omit<Described, 'parameters'> {
  const { scope, stems, schemas, readable, profiles, plans, caching } = description
  const parts = emptyParts()
  for (const visible of scope.relations) {
    const { relation } = visible
    const stem = stems.get(relationKey(relation.schema, relation.name)) ?? ''
    const filters = description.filters.ofColumns(visible.readable)
    const own = { stem, scope, filters, profiles, plans, caching }
    const notes = relationNotes(visible, scope, readable)
    const components = relationComponents(stem, visible, notes, { schemas, catalog: scope.catalog })
    Object.assign(parts.schemas, components)
    if (isReadable(visible)) parts.responses[stem] = relationResponse(visible, own)
    parts.paths[`/${encodeURIComponent(relation.name)}`] = relationPath(visible, own)
  }
  return parts
}

function describeRoutines(description: Description): Omit<Described, 'parameters'> {
  const { scope, names, schemas, rowOf, filters, profiles, plans, caching } = description
  const calls = createNames()
  const parts = emptyParts()
  for (const routine of scope.routines) {
    const stem = calls.claim(routine.name)
    const answer = names.claim(`${routine.name} answer`)
    const own = { stem, answer, scope, schemas, rowOf, filters, profiles, plans, caching }
    const response = routineResponse(routine, own)
    if (response !== undefined) parts.responses[answer] = response
    parts.paths[`/rpc/${encodeURIComponent(routine.name)}`] = routinePath(routine, own)
  }
  return parts
}

function emptyParts() {
  const schemas: Record<string, JsonObject> = {}
  const responses: Record<string, JsonObject> = {}
  const paths: Record<string, JsonObject> = {}
  return { schemas, responses, paths }
}
