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
  const { at, expected, hint } = firstFault(text)
  const place = `Line ${lineOf(text, at)}, column ${columnOf(text, at)}`
  const details =
    at < text.length ? `${place}: expected ${expected}.` : `${place}: it ends, expected ${expected}.`
  return { details, hint: hint ?? HINTS[text[at] ?? ''] ?? HINT }
}

interface Fault {
  readonly at: number
  readonly expected: string
  readonly hint?: string
}

const HINT = 'If the body is CSV or a form, say so with Content-Type.'
const QUOTES = 'Names and strings stand in double quotes.'
/** By the character that was not expected. */
const HINTS: Readonly<Record<string, string>> = Object.freeze({
  "'": QUOTES,
  '“': QUOTES,
  '”': QUOTES,
  '/': 'JSON has no comments.',
  ']': 'No comma stands behind the last item of an array.',
  '}': 'No comma stands behind the last member of an object.',
})
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

function firstFault(text: string): Fault {
  const open: string[] = []
  let next: Next = 'value'
  for (let at = afterSpace(text, 0); ; at = afterSpace(text, at)) {
    const character: string = text[at] ?? ''
    const closing: string = CLOSING[open.at(-1) ?? ''] ?? ''
    const isName = next === 'name' || next === 'name or end'
    if (character !== '' && character === closing && next.endsWith('or end')) {
      open.pop()
      next = afterValue(open)
      at++
    } else if (next === 'comma or end' || next === 'colon') {
      const wanted = next === 'colon' ? ':' : ','
      if (character !== wanted) return { at, expected: expectedAt(next, closing) }
      next = next === 'comma or end' && closing === '}' ? 'name' : 'value'
      at++
    } else if (character === '"' && next !== 'end') {
      const end = endOfString(text, at)
      if (typeof end !== 'number') return end
      next = isName ? 'colon' : afterValue(open)
      at = end
    } else if (isName || next === 'end') {
      return { at, expected: expectedAt(next, closing) }
    } else if (character === '[' || character === '{') {
      open.push(character)
      next = character === '[' ? 'item or end' : 'name or end'
      at++
    } else {
      const end = endOfWord(text, at)
      if (end === at) return { at, expected: expectedAt(next, closing) }
      next = afterValue(open)
      at = end
    }
  }
}

function expectedAt(next: Next, closing: string): string {
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
    if (code < FIRST_PLAIN) return { at, expected: 'no line break or tab in a string', hint: ESCAPES }
    if (code !== BACKSLASH) continue
    const end = endOf(ESCAPE, text, at)
    if (end === at) return { at, expected: 'no such escape in a string', hint: ESCAPES }
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
