import type { CachingParts } from './caching.ts'
import { splitComment } from './comment.ts'
import type { JsonObject } from './json.ts'
import { PLAN_CONTENT, rowsBody, rowsContent } from './media.ts'
import { parameterRef } from './parameters.ts'
import { headerRefs, READ_FAILURES, WRITE_FAILURES } from './responses.ts'
import type { Scope, VisibleRelation } from './scope.ts'

/** What the operations of one relation are made from. */
export interface RelationParts {
  /** Of its components and operations. */
  readonly stem: string
  readonly scope: Scope
  /** References to the filters of its columns. */
  readonly filters: readonly JsonObject[]
  readonly profiles: Profiles
  /** Plans of statements are answered too. */
  readonly plans: boolean
  readonly caching: CachingParts
}

/** Where the schema is not the default one: the headers that choose it. */
export interface Profiles {
  readonly read: readonly JsonObject[]
  readonly write: readonly JsonObject[]
}

/** The response that all operations of the relation share: its rows. */
export function relationResponse(
  { relation }: VisibleRelation,
  { stem, scope, plans, caching }: RelationParts,
): JsonObject {
  return {
    description: `Rows of ${relation.name}.`,
    headers: { ...ROW_HEADERS, ...caching.headers },
    content: {
      ...rowsContent({ $ref: `#/components/schemas/${stem}` }, relation, scope.catalog),
      ...(plans && PLAN_CONTENT),
    },
  }
}

/** Whether the role may see any of its columns. */
export function isReadable({ readable }: VisibleRelation): boolean {
  return readable.length > 0
}

/** The operations that the role may use on a relation. */
export function relationPath(visible: VisibleRelation, parts: RelationParts): JsonObject {
  return {
    get: isReadable(visible) ? readOperation(visible, parts) : undefined,
    post: visible.insertable && insertOperation(visible, parts),
    put: visible.replaceable ? replaceOperation(visible, parts) : undefined,
    patch: visible.updatable && updateOperation(visible, parts),
    delete: visible.deletable ? deleteOperation(visible, parts) : undefined,
  }
}

function readOperation(visible: VisibleRelation, parts: RelationParts): JsonObject {
  const { relation } = visible
  const { stem, filters, profiles, caching } = parts
  const { summary, description } = splitComment(relation.comment)
  return {
    tags: [relation.name],
    operationId: `list${stem}`,
    summary: summary ?? `Read ${relation.name}`,
    description,
    parameters: [...filters, ...READ_PARAMETERS, ...caching.asked, ...profiles.read],
    responses: { ...rowsAt(visible, parts, 200, 206), ...caching.answers, ...READ_FAILURES },
  }
}

function insertOperation(visible: VisibleRelation, parts: RelationParts): JsonObject {
  const { relation } = visible
  const { stem, profiles } = parts
  return {
    tags: [relation.name],
    operationId: `create${stem}`,
    summary: `Insert into ${relation.name}`,
    description: 'One row or many, all or none of them. `Prefer: resolution=…` makes it an upsert.',
    parameters: [...INSERT_PARAMETERS, ...profiles.write],
    requestBody: { required: true, content: rowsBody(schemaRef(`${stem}Insert`)) },
    responses: { 201: DONE, ...rowsAt(visible, parts, 200, 201), ...WRITE_FAILURES },
  }
}

function replaceOperation(visible: VisibleRelation, parts: RelationParts): JsonObject {
  const { relation } = visible
  const { stem, profiles } = parts
  return {
    tags: [relation.name],
    operationId: `replace${stem}`,
    summary: `Put one row of ${relation.name}`,
    description:
      'Inserts the row, or replaces the one with its key. The filters name the key with `eq`, and nothing else.',
    parameters: [...relation.primaryKey.map(keyFilter), ...REPLACE_PARAMETERS, ...profiles.write],
    requestBody: { required: true, content: rowsBody(schemaRef(`${stem}Insert`)) },
    responses: { ...rowsAt(visible, parts, 200, 201), 204: DONE, ...WRITE_FAILURES },
  }
}

function keyFilter(name: string): JsonObject {
  const schema = { type: 'string', pattern: '^eq\\.', examples: ['eq.1'] }
  return { name, in: 'query', required: true, schema }
}

function updateOperation(visible: VisibleRelation, parts: RelationParts): JsonObject {
  const { relation } = visible
  const { stem, filters, profiles } = parts
  return {
    tags: [relation.name],
    operationId: `update${stem}`,
    summary: `Update ${relation.name}`,
    description: 'Changes every row that the filters let through: all rows when there are none.',
    parameters: [...filters, ...WRITE_PARAMETERS, ...profiles.write],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: schemaRef(`${stem}Update`) } },
    },
    responses: { ...rowsAt(visible, parts, 200), 204: DONE, ...WRITE_FAILURES },
  }
}

function deleteOperation(visible: VisibleRelation, parts: RelationParts): JsonObject {
  const { relation } = visible
  const { stem, filters, profiles } = parts
  return {
    tags: [relation.name],
    operationId: `delete${stem}`,
    summary: `Delete from ${relation.name}`,
    description: 'Deletes every row that the filters let through: all rows when there are none.',
    parameters: [...filters, ...WRITE_PARAMETERS, ...profiles.write],
    responses: { ...rowsAt(visible, parts, 200), 204: DONE, ...WRITE_FAILURES },
  }
}

function shared(...names: readonly string[]): readonly JsonObject[] {
  return Object.freeze(names.map(parameterRef))
}

const READ_PARAMETERS = shared(
  ...['Select', 'And', 'Or', 'Order', 'Limit', 'Offset', 'Range', 'PreferRead', 'Consistency'],
)
const INSERT_PARAMETERS = shared(
  ...['Select', 'Columns', 'OnConflict', 'Order', 'PreferInsert', 'IdempotencyKey'],
)
const REPLACE_PARAMETERS = shared('Select', 'Columns', 'PreferWrite', 'IdempotencyKey')
const WRITE_PARAMETERS = shared('Select', 'And', 'Or', 'Order', 'PreferWrite', 'IdempotencyKey')
const ROW_HEADERS = headerRefs(
  ...(['ContentRange', 'ContentLocation', 'Location', 'PreferenceApplied', 'Consistency'] as const),
)
const DONE: JsonObject = Object.freeze({ $ref: '#/components/responses/Done' })
const PLAN: JsonObject = Object.freeze({ $ref: '#/components/responses/StatementPlan' })

/** The rows, for a role that may see them; for others at most the plan. */
function rowsAt(
  visible: VisibleRelation,
  { stem, plans }: RelationParts,
  ...statuses: readonly number[]
): JsonObject {
  const rows = { $ref: `#/components/responses/${stem}` }
  if (isReadable(visible)) return Object.fromEntries(statuses.map(status => [status, rows]))
  return plans ? { 200: PLAN } : {}
}

function schemaRef(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` }
}
