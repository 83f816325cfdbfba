/**
 * How the text of a value becomes what `row_to_json` would make of it, so that a row looks the same wherever it was read:
 *
 * - `text`: as it is
 * - `number`: as it is; in an array without quotes
 * - `boolean`, `timestamp`, `timestamptz`, `json`: see below
 * - `unknown`: in a form of its own (composite types, those with a cast to json); the value is left out
 */
export type Form =
  | 'text'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'timestamptz'
  | 'json'
  | 'unknown'
  | { readonly elements: Form }

/** The value as it stands in a row: strings decoded, anything else as JSON text. Undefined: it cannot be said. */
export function formed(text: string, form: Form): string | null | undefined {
  switch (form) {
    case 'text':
    case 'number':
      return text
    case 'boolean':
      return text === 't' ? 'true' : 'false'
    case 'timestamp':
      return text.replace(' ', 'T')
    case 'timestamptz':
      return zoned(text)
    case 'json':
      return unwrapped(text.trim())
    case 'unknown':
      return undefined
    default:
      return arrayToJson(text, form.elements)
  }
}

/** The session's time zone is UTC. What is infinite has no time in it. */
function zoned(text: string): string {
  return text.replace(' ', 'T').replace(/\+00(?= BC$|$)/, '+00:00')
}

/** A JSON string is a string of the row, and JSON's null its null. */
function unwrapped(json: string): string | null {
  if (json === 'null') return null
  return json.startsWith('"') ? (JSON.parse(json) as string) : json
}

/** As JSON, for an element of an array. */
function asJson(text: string, form: Form): string | undefined {
  if (form === 'json') return text.trim()
  const value = formed(text, form)
  if (value === undefined || value === null) return value === null ? 'null' : undefined
  const isBare = form === 'boolean' || (form === 'number' && NUMBER.test(value))
  return isBare ? value : JSON.stringify(value)
}

const NUMBER = /^-?\d/

/**
 * PostgreSQL: "Array Input and Output Syntax". `{1,NULL,"a b"}` to `[1,null,"a b"]`; bounds before it (`[2:3]={…}`) are left
 * out, as `array_to_json` does. Undefined for what it cannot read.
 */
function arrayToJson(text: string, elements: Form): string | undefined {
  if (elements === 'unknown') return undefined
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  const tokens = text.slice(start).match(TOKENS) ?? []
  let json = ''
  for (const token of tokens) {
    const piece = pieceOf(token, elements)
    if (piece === undefined) return undefined
    json += piece
  }
  return json
}

/** A quoted element, an unquoted one, or punctuation. */
const TOKENS = /"(?:[^"\\]|\\[^])*"|[^{},"]+|[{},]/g

function pieceOf(token: string, elements: Form): string | undefined {
  if (token === '{') return '['
  if (token === '}') return ']'
  if (token === ',') return ','
  if (token === 'NULL') return 'null'
  const isQuoted = token.startsWith('"')
  return asJson(isQuoted ? token.slice(1, -1).replace(/\\([^])/g, '$1') : token, elements)
}
