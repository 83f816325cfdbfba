/**
 * A place that a text goes to, and what makes it mean nothing but itself there. There is one for each place that S-Tier or a
 * service beside it writes to. There is none for a shell, on purpose: give a program its arguments as a list
 * (`execFile(program, [argument])`), which no shell reads. Nor for SQL: there, values are parameters.
 */
export interface Sink {
  readonly sink: string
  readonly encode: (text: string) => string
}

/** Text between the tags of HTML. */
export function encodeHtml(text: string): string {
  return text.replaceAll(/[&<>]/g, encodeEntity)
}

/** A value of an HTML attribute, which stands in quotes of either kind. */
export function encodeAttribute(text: string): string {
  return text.replaceAll(/[&<>"'`=\t\n\r]/g, encodeEntity)
}

function encodeEntity(character: string): string {
  return ENTITIES[character] ?? `&#${character.charCodeAt(0)};`
}

const ENTITIES: Readonly<Record<string, string>> = Object.freeze({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
})

/** One segment of a path, or a name or value of a query string. Half of a surrogate pair becomes U+FFFD. */
export function encodeUrlComponent(text: string): string {
  const whole = text.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  return encodeURIComponent(whole).replaceAll(/[!'()*]/g, percentEncoded)
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

/** The value of a header: no line, and so no header, can end in it. Each control character but the tab becomes a space. */
export function encodeHeaderValue(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t]/gu, ' ').trim()
}

/**
 * A cell of CSV. One that a spreadsheet would take for a formula gets an apostrophe before it, as the spreadsheet itself would
 * write it; a number with a sign stays a number.
 */
export function encodeCsvCell(text: string): string {
  const isFormula = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text)
  const isNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
  const plain = isFormula && !isNumber ? `'${text}` : text
  return /[",;\r\n\t]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

/** A part of a line of a log: nothing in it begins another line, moves the cursor or hides what stands beside it. */
export function encodeLogLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\\]/gu, escaped)
}

function escaped(character: string): string {
  if (character === '\\') return '\\\\'
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** A text within a pattern of `like` that stands for itself; the escape character is the backslash, PostgreSQL's default. */
export function encodeLikePattern(text: string): string {
  return text.replaceAll(/[%_\\]/g, character => `\\${character}`)
}

/** All of them. */
export const SINKS: readonly Sink[] = Object.freeze([
  { sink: 'html', encode: encodeHtml },
  { sink: 'attribute', encode: encodeAttribute },
  { sink: 'url-component', encode: encodeUrlComponent },
  { sink: 'header-value', encode: encodeHeaderValue },
  { sink: 'csv-cell', encode: encodeCsvCell },
  { sink: 'log-line', encode: encodeLogLine },
  { sink: 'like-pattern', encode: encodeLikePattern },
])
