import { InvalidQueryError } from './errors.ts'

/**
 * A type name taken apart, so that it can be written with its names quoted and its numbers checked:
 * `numeric(10,2)[]` is `{ schema: undefined, name: 'numeric', modifiers: [10, 2], dimensions: 1 }`.
 */
export interface TypeName {
  /** `pg_catalog` for the spellings of the SQL standard, such as `integer`. */
  readonly schema: string | undefined
  /** As in `pg_type`: `int4` for `integer`. */
  readonly name: string
  readonly modifiers: readonly number[]
  /** Pairs of `[]`. */
  readonly dimensions: number
}

/**
 * What may follow `::`. Nothing else can: a plain name, with a schema, with numbers in parentheses, with `[]`; and the
 * standard's names of several words. Otherwise PGRST100.
 */
export function parseTypeName(text: string): TypeName {
  const parts = grammar.exec(text.trim().replaceAll(/\s+/g, ' '))?.groups
  const named = parts && nameOf(parts)
  if (parts === undefined || named === undefined) throw unknownType(text)
  const numbers = parts['modifiers']?.split(',').map(Number) ?? []
  return Object.freeze({
    ...named,
    modifiers: Object.freeze(modifiersOf(named, numbers)),
    dimensions: parts['dimensions']?.match(/\[/g)?.length ?? 0,
  })
}

type Parts = Readonly<Partial<Record<string, string>>>

/** PostgreSQL folds unquoted names to lower case. Undefined: several words that are no type of the standard's. */
function nameOf(parts: Parts): Pick<TypeName, 'schema' | 'name'> | undefined {
  const words = [parts['name'], parts['zone']].filter(word => word !== undefined)
  const name = words.join(' ').toLowerCase()
  const schema = parts['schema']?.toLowerCase()
  const spelled = schema === undefined ? standardNames.get(name) : undefined
  if (spelled !== undefined) return { schema: 'pg_catalog', name: spelled }
  return name.includes(' ') ? undefined : { schema, name }
}

/** PostgreSQL: INTERVAL_FULL_RANGE of utils/timestamp.h, all fields from years to seconds. */
const ALL_FIELDS = 0x7fff

/**
 * What PostgreSQL's grammar makes of the numbers of the standard's types. Where `character` and `bit` have no length, it is
 * one; `bpchar` and `bit` by themselves have none. The precision of an interval comes after the fields that it has.
 */
function modifiersOf(
  { schema, name }: Pick<TypeName, 'schema' | 'name'>,
  numbers: readonly number[],
): readonly number[] {
  if (schema !== 'pg_catalog') return numbers
  if (name === 'interval' && numbers.length === 1) return [ALL_FIELDS, ...numbers]
  return numbers.length === 0 && ['bpchar', 'bit'].includes(name) ? [1] : numbers
}

const word = String.raw`[\p{L}_][\p{L}\p{N}_$]{0,62}`
const grammar = new RegExp(
  String.raw`^(?:(?<schema>${word})\.)?(?<name>${word}(?: (?:precision|varying))?)` +
    String.raw`(?: ?\( ?(?<modifiers>\d{1,6}(?: ?, ?-?\d{1,6})?) ?\))?` +
    String.raw`(?: (?<zone>with(?:out)? time zone))?(?<dimensions>(?: ?\[(?:\d{1,6})?\]){0,6})$`,
  'iu',
)

/**
 * PostgreSQL's grammar turns these words into other names before it looks a type up; a quoted name is not turned, so
 * we do it. PostgreSQL 18: "Data Types", table 8.1.
 */
const standardNames: ReadonlyMap<string, string> = new Map([
  ['bigint', 'int8'],
  ['int', 'int4'],
  ['integer', 'int4'],
  ['smallint', 'int2'],
  ['real', 'float4'],
  ['float', 'float8'],
  ['double precision', 'float8'],
  ['decimal', 'numeric'],
  ['dec', 'numeric'],
  ['numeric', 'numeric'],
  ['boolean', 'bool'],
  ['char', 'bpchar'],
  ['character', 'bpchar'],
  ['nchar', 'bpchar'],
  ['varchar', 'varchar'],
  ['char varying', 'varchar'],
  ['character varying', 'varchar'],
  ['bit', 'bit'],
  ['bit varying', 'varbit'],
  ['time', 'time'],
  ['time without time zone', 'time'],
  ['time with time zone', 'timetz'],
  ['timestamp', 'timestamp'],
  ['timestamp without time zone', 'timestamp'],
  ['timestamp with time zone', 'timestamptz'],
  ['interval', 'interval'],
])

function unknownType(text: string): InvalidQueryError {
  const details =
    'A type is a name such as text, numeric(10,2), double precision or my_schema.my_type[].'
  return new InvalidQueryError(`Cannot cast to '${text.slice(0, 80)}'`, details)
}
