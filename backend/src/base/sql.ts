import { assert } from './assert.ts'

/**
 * The only way to make SQL text. Text comes from template literals in the source, names pass through `identifier`,
 * values are `parameter`s: there is no function that turns a string of a request into SQL text.
 */
export class Sql {
  /** Not for callers: use the tag and the helpers below. */
  static readonly #key = Symbol('sql')
  readonly text: string

  private constructor(key: symbol, text: string) {
    assert(key === Sql.#key, 'SQL text is made by the tag only')
    this.text = text
  }

  static tag(strings: TemplateStringsArray, ...parts: readonly SqlPart[]): Sql {
    assert(Object.isFrozen(strings) && 'raw' in strings, 'sql is a template tag')
    let text = strings[0] as string
    for (let index = 0; index < parts.length; index++) {
      text += textOf(parts[index]) + (strings[index + 1] as string)
    }
    return new Sql(Sql.#key, text)
  }

  static quoted(names: readonly string[]): Sql {
    return new Sql(Sql.#key, names.map(quoteName).join('.'))
  }

  static numbered(index: number): Sql {
    assert(Number.isSafeInteger(index) && index > 0, `parameter number ${index}`)
    return new Sql(Sql.#key, `$${index}`)
  }

  static joined(parts: readonly SqlPart[], separator: Sql): Sql {
    return new Sql(Sql.#key, parts.filter(isPresent).map(textOf).join(separator.text))
  }

  static constant(text: string): Sql {
    return new Sql(Sql.#key, quoteText(text))
  }

  static stored(text: string): Sql {
    return new Sql(Sql.#key, text)
  }

  static counted(value: number): Sql {
    assert(Number.isSafeInteger(value), `integer ${value}`)
    return new Sql(Sql.#key, String(value))
  }
}

/** What a template takes: other SQL, a parameter, or nothing at all. */
export type SqlPart = Sql | Parameter | undefined | false

/** The place of a value: the n-th of the list that is sent beside the text, counted from 1. */
export interface Parameter {
  readonly kind: 'parameter'
  readonly index: number
}

/** SQL text with other SQL inside: sql`select ${columns} from ${table}`. Absent parts leave nothing behind. */
export const sql = Sql.tag

/** A quoted name, qualified when several are given: `identifier('public', 'order')` is `"public"."order"`. */
export function identifier(...names: readonly string[]): Sql {
  return Sql.quoted(names)
}

/**
 * A string constant, for the few places where PostgreSQL must see the text while it plans: a JSON key, so that an index
 * on `data->>'key'` serves. The text cannot leave its quotes, and means the same whatever `standard_conforming_strings`
 * says. Everything else that comes from a request is a parameter.
 */
export function literal(text: string): Sql {
  return Sql.constant(text)
}

/**
 * An expression that PostgreSQL itself has stored and printed with every name qualified (`pg_get_expr` under an empty
 * search path), such as the default of a column. It is for `query/catalog` alone, which reads it from there: nothing else
 * in the source calls this, and a test sees to that.
 */
export function storedExpression(text: string): Sql {
  return Sql.stored(text)
}

/** `$n`. */
export function parameter(index: number): Parameter {
  return { kind: 'parameter', index }
}

/** The parts with commas between them, absent ones left out. */
export function list(parts: readonly SqlPart[]): Sql {
  return Sql.joined(parts, comma)
}

/** The parts with a space between them, absent ones left out: the clauses of a statement. */
export function clauses(parts: readonly SqlPart[]): Sql {
  return Sql.joined(parts, space)
}

/** The parts with any separator between them, absent ones left out. */
export function join(parts: readonly SqlPart[], separator: Sql): Sql {
  return Sql.joined(parts, separator)
}

/** A whole number that the configuration or the plan itself fixed; never one from a request. */
export function integer(value: number): Sql {
  return Sql.counted(value)
}

const comma = sql`, `
const space = sql` `

function isPresent(part: SqlPart): part is Sql | Parameter {
  return part !== undefined && part !== false
}

function textOf(part: SqlPart): string {
  if (part === undefined || part === false) return ''
  return part instanceof Sql ? part.text : Sql.numbered(part.index).text
}

/** PostgreSQL: a quoted identifier holds any character but NUL; a double quote inside is doubled. */
function quoteName(name: string): string {
  assert(!name.includes('\0'), 'a name holds no NUL character')
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * PostgreSQL: in plain quotes a backslash is ordinary or not depending on a setting; in `E'…'` it always escapes. So text
 * with a backslash takes the second form with every backslash doubled, and text without one is plain in both.
 */
function quoteText(text: string): string {
  assert(!text.includes('\0'), 'a string holds no NUL character')
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
