/** The first place where a text is no JSON, in words that repeat nothing of it. */
export interface JsonFault {
  readonly details: string
  readonly hint: string
}

/**
 * Finds the fault of a text that `JSON.parse` has refused: line and column count from 1, columns in UTF-16 units. Read once
 * from its beginning, for anybody may send it. Grammar: RFC 8259.
 */
export function findJsonFault(text: string): JsonFault {
  const fault = firstFault(text)
  if (fault === undefined) return BEYOND
  const { at, expected, hint } = fault
  const found = at < text.length ? '' : 'the body ends, '
  const details = `Line ${lineOf(text, at)}, column ${columnOf(text, at)}: ${found}expected ${expected}.`
  return { details, hint: hint ?? hintAt(text, at) }
}

const LIBRARY = 'Let a JSON library write the body, such as JSON.stringify.'

/** Characters that are looked at: words about an error are not worth more of the server's time. */
const SCANNED_MAX = 1_000_000
const BEYOND: JsonFault = Object.freeze({
  details: `It is no JSON somewhere behind its first ${SCANNED_MAX} characters.`,
  hint: LIBRARY,
})

interface Fault {
  readonly at: number
  readonly expected: string
  readonly hint?: string | undefined
}

function hintAt(text: string, at: number): string {
  if (at === text.length) return 'Perhaps a part of the body is missing.'
  if (at === 0) return 'If the body is CSV or a form, say so with Content-Type.'
  return HINTS[text[at] ?? ''] ?? LIBRARY
}

const QUOTES = 'Names and strings stand in double quotes.'
/** By the character that was not expected. */
const HINTS: Readonly<Record<string, string>> = Object.freeze({
  "'": QUOTES,
  '“': QUOTES,
  '”': QUOTES,
  '/': 'JSON has no comments.',
})
const NO_COMMA = 'No comma stands behind the last item.'
const ESCAPES = 'Inside a string, a line break is written \\n, a tab \\t and a backslash \\\\.'

/** What may come next. */
type Next = 'value' | 'item or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'end'

const EXPECTED: Readonly<Record<Exclude<Next, 'comma or end'>, string>> = Object.freeze({
  value: 'a value',
  'item or end': 'a value or ]',
  name: 'a name in double quotes',
  'name or end': 'a name in double quotes or }',
  colon: 'a colon',
  end: 'the end of the body',
})

const CLOSING: Readonly<Record<string, string>> = Object.freeze({ '[': ']', '{': '}' })

/** Undefined: it is far behind. */
function firstFault(text: string): Fault | undefined {
  const open: string[] = []
  let step: Step = { at: afterSpace(text, 0), next: 'value' }
  while (step.at <= SCANNED_MAX) {
    const taken = take(text, step, open)
    if ('expected' in taken) return taken
    step = { at: afterSpace(text, taken.at), next: taken.next }
  }
  return undefined
}

/** A place in the text, and what may come there. */
interface Step {
  readonly at: number
  readonly next: Next
}

/** The step behind what stands here; `open` has the brackets around it. */
function take(text: string, { at, next }: Step, open: string[]): Step | Fault {
  const closing = CLOSING[open.at(-1) ?? '']
  const isClosed = closing !== undefined && text[at] === closing
  if (isClosed && next.endsWith('or end')) {
    open.pop()
    return { at: at + 1, next: afterValue(open) }
  }
  const taken = takeNext(text, { at, next }, open)
  if (taken !== undefined) return taken
  const isAfterComma = isClosed && (next === 'name' || closing === ']')
  return { at, expected: expectedAt(next, closing), hint: isAfterComma ? NO_COMMA : undefined }
}

/** Undefined: what stands here may not come next. */
function takeNext(text: string, { at, next }: Step, open: string[]): Step | Fault | undefined {
  switch (next) {
    case 'end':
      return undefined
    case 'colon':
      return text[at] === ':' ? { at: at + 1, next: 'value' } : undefined
    case 'comma or end':
      if (text[at] !== ',') return undefined
      return { at: at + 1, next: open.at(-1) === '{' ? 'name' : 'value' }
    case 'name':
    case 'name or end':
      return text[at] === '"' ? takeString(text, at, 'colon') : undefined
    default:
      return takeValue(text, at, open)
  }
}

/** Undefined: no value begins here. */
function takeValue(text: string, at: number, open: string[]): Step | Fault | undefined {
  const character = text[at] ?? ''
  if (character === '"') return takeString(text, at, afterValue(open))
  if (character in CLOSING) {
    open.push(character)
    return { at: at + 1, next: character === '[' ? 'item or end' : 'name or end' }
  }
  const end = endOfWord(text, at)
  return end === at ? undefined : { at: end, next: afterValue(open) }
}

function takeString(text: string, at: number, next: Next): Step | Fault {
  const end = endOfString(text, at)
  return typeof end === 'number' ? { at: end, next } : end
}

function expectedAt(next: Next, closing = ''): string {
  return next === 'comma or end' ? `a comma or ${closing}` : EXPECTED[next]
}

function afterValue(open: readonly string[]): Next {
  return open.length === 0 ? 'end' : 'comma or end'
}

const SPACE = /[\t\n\r ]*/y
const WORD = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

function afterSpace(text: string, at: number): number {
  return endOf(SPACE, text, at)
}

/** Of a number, `true`, `false` or `null`; where it begins if it is none of them. */
function endOfWord(text: string, at: number): number {
  return endOf(WORD, text, at)
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

const FIRST_PLAIN = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Behind the closing quote, or what is wrong inside. */
function endOfString(text: string, start: number): number | Fault {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code < FIRST_PLAIN)
      return {
        at,
        expected: 'no line break or other control character inside a string',
        hint: ESCAPES,
      }
    if (code !== BACKSLASH) continue
    const end = endOf(ESCAPE, text, at)
    if (end === at) return { at, expected: 'an escape that JSON knows', hint: ESCAPES }
    at = end - 1
  }
  return { at: text.length, expected: 'the closing quote of a string' }
}

function lineOf(text: string, at: number): number {
  let line = 1
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line++
  return line
}

function columnOf(text: string, at: number): number {
  return at === 0 ? 1 : at - text.lastIndexOf('\n', at - 1)
}
