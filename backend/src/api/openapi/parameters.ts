import { OPERATORS } from '../../query/plan/index.ts'
import type { JsonObject } from './json.ts'

/** A reference to one of the shared parameters. */
export function parameterRef(name: string): JsonObject {
  return { $ref: `#/components/parameters/${name}` }
}

/** Parameters of the query string that mean something of their own, whatever the columns are called. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...['select', 'order', 'limit', 'offset', 'and', 'or', 'not.and', 'not.or'],
  ...['columns', 'on_conflict'],
])

/**
 * A filter: an operator, perhaps negated, quantified or with a language, and the value. Several for one column come as a
 * list and must all hold.
 */
export const FILTER_SCHEMAS: Readonly<Record<string, JsonObject>> = Object.freeze({
  Filter: {
    description:
      'An operator and a value, such as `eq.1`, `not.in.(1,2)`, `like(any).{a*,b*}` or `is.null`. ' +
      'Several filters of one column are given as a list and must all hold.',
    anyOf: [
      { $ref: '#/components/schemas/FilterText' },
      { type: 'array', items: { $ref: '#/components/schemas/FilterText' } },
    ],
  },
  FilterText: {
    type: 'string',
    pattern: `^(not\\.)*(${Object.keys(OPERATORS).join('|')})(\\([^)]*\\))?\\.`,
    examples: ['eq.1'],
  },
})

function query(name: string, description: string, schema: JsonObject): JsonObject {
  return { name, in: 'query', description, schema }
}

function header(name: string, description: string, schema: JsonObject = TEXT): JsonObject {
  return { name, in: 'header', description, schema }
}

const TEXT: JsonObject = Object.freeze({ type: 'string' })
const COUNT: JsonObject = Object.freeze({ type: 'integer', minimum: 0 })

const COMMON =
  '`handling=strict` refuses what is not understood; `timezone=Europe/Berlin`; `wait=10`, the seconds after which nobody ' +
  'waits for the answer any more'
const STALENESS =
  '`max-staleness=5` or `=500ms`: how far behind the newest the rows may be, where the database has replicas'

/** Parameters that operations of every relation or function share. */
export const SHARED_PARAMETERS: Readonly<Record<string, JsonObject>> = Object.freeze({
  Select: query(
    'select',
    'What is answered: columns, `*`, `alias:column`, `column::type`, `json->path`, and embeds such as `authors(name)`; ' +
      'the extension `x-relationships` of a schema lists what can be embedded. Default: every column.',
    TEXT,
  ),
  Order: query(
    'order',
    'Columns with `.asc` or `.desc`, `.nullsfirst` or `.nullslast`: `price.desc,id`.',
    TEXT,
  ),
  Limit: query('limit', 'The most rows that are answered.', COUNT),
  Offset: query('offset', 'How many rows are passed over first.', COUNT),
  And: query('and', 'Conditions that must all hold: `(price.gt.1,price.lt.9)`.', TEXT),
  Or: query('or', 'Conditions of which one must hold: `(price.lt.1,name.like.A*)`.', TEXT),
  Columns: query(
    'columns',
    'Keys of the body that are written, with commas between them; others are passed over.',
    TEXT,
  ),
  OnConflict: query(
    'on_conflict',
    'Columns of the unique key by which existing rows are found. Default: the primary key.',
    TEXT,
  ),
  Range: header('Range', 'Rows by number, the first is 0: `0-9`.'),
  PreferRead: header('Prefer', `\`count=exact|planned|estimated\`; ${STALENESS}; ${COMMON}.`),
  PreferInsert: header(
    'Prefer',
    '`return=representation|minimal|headers-only`; `resolution=merge-duplicates|ignore-duplicates`; ' +
      `\`missing=default\`; \`count=exact\`; ${COMMON}; \`tx=rollback\` where the server allows it.`,
  ),
  PreferWrite: header(
    'Prefer',
    '`return=representation|minimal|headers-only`; `count=exact`; `max-affected=1` with `handling=strict`; ' +
      `${COMMON}; \`tx=rollback\` where the server allows it.`,
  ),
  IdempotencyKey: header(
    'Idempotency-Key',
    'Makes a repeated request safe: the same key is carried out once, and answered the same. The server must have it enabled.',
  ),
  PreferCall: header(
    'Prefer',
    `\`count=exact|planned|estimated\`; \`max-affected=1\` with \`handling=strict\`; ${STALENESS}, for ` +
      `a function that writes nothing; ${COMMON}.`,
  ),
  Consistency: header(
    'S-Tier-Consistency',
    'What the response of a write had in the header of this name: the answer is not older than that write.',
  ),
})

/** The header that chooses a schema other than the default one. */
export function profileParameters(schema: string): Readonly<Record<string, JsonObject>> {
  const chosen = { type: 'string', const: schema }
  const text = `Chooses the schema \`${schema}\`.`
  return {
    AcceptProfile: { ...header('Accept-Profile', text, chosen), required: true },
    ContentProfile: { ...header('Content-Profile', text, chosen), required: true },
  }
}
