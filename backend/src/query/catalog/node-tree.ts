/**
 * Reads PostgreSQL's text of parsed queries (`pg_node_tree`), as far as the catalog needs it.
 *
 * Grammar: a node is `{NAME :field value :field value …}`, a list `(value value …)`. A value is a node, a list, or
 * some tokens separated by blanks; inside a token every character that could be mistaken has a backslash before it.
 * Source: PostgreSQL, `src/backend/nodes/outfuncs.c` and `read.c`.
 */
export interface NodeField {
  readonly name: string
  /** Where the value begins and ends in the text. */
  readonly start: number
  readonly end: number
}

const BACKSLASH = 92
const BLANK = 32
const COLON = 58
const NODE_OPEN = 123
const NODE_CLOSE = 125
const LIST_OPEN = 40
const LIST_CLOSE = 41

/** The fields of the node that opens at `start`. */
export function nodeFields(text: string, start: number): ReadonlyMap<string, NodeField> {
  const fields = new Map<string, NodeField>()
  let at = skipBlanks(text, skipToken(text, start + 1))
  while (text.charCodeAt(at) === COLON) {
    const nameEnd = skipToken(text, at)
    const name = text.slice(at + 1, nameEnd)
    const valueStart = skipBlanks(text, nameEnd)
    const valueEnd = skipTokens(text, valueStart)
    fields.set(name, { name, start: valueStart, end: valueEnd })
    at = skipBlanks(text, valueEnd)
  }
  return fields
}

/** Where the values of the list that opens at `start` begin; none when there is no list, as in `<>`. */
export function listItems(text: string, start: number): readonly number[] {
  const items: number[] = []
  if (text.charCodeAt(start) !== LIST_OPEN) return items
  let at = skipBlanks(text, start + 1)
  while (at < text.length && text.charCodeAt(at) !== LIST_CLOSE) {
    items.push(at)
    at = skipBlanks(text, skipValue(text, at))
  }
  return items
}

/** A field's value that is a number; 0 without the field. */
export function numberOf(text: string, field: NodeField | undefined): number {
  return field === undefined ? 0 : Number(text.slice(field.start, field.end))
}

/** Functions that a tree calls, by oid, words that stand for functions included. */
export function calledFunctions(text: string): readonly number[] {
  const oids = new Set(calledByOid(text))
  if (text.includes('{SQLVALUEFUNCTION ')) for (const oid of SQL_VALUE_FUNCTIONS) oids.add(oid)
  return [...oids]
}

/** Functions that a tree calls: plain calls, operators, aggregates and window functions. */
export function calledByOid(text: string): readonly number[] {
  const calls = text.matchAll(/ :(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)/g)
  const oids = new Set(Array.from(calls, call => Number(call[1])))
  oids.delete(0)
  return [...oids]
}

/** `current_user`, `current_timestamp` and their like are syntax: these two functions, `now()` and `current_user`, stand for them. */
const SQL_VALUE_FUNCTIONS = [1299, 745]

/** The value at `at`, then further tokens up to the next field or the end of the node. */
function skipTokens(text: string, at: number): number {
  let end = skipValue(text, at)
  for (;;) {
    const next = skipBlanks(text, end)
    const code = text.charCodeAt(next)
    if (next >= text.length || code === COLON || isClosing(code)) return end
    end = skipValue(text, next)
  }
}

function skipValue(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code === NODE_OPEN || code === LIST_OPEN ? skipNested(text, at) : skipToken(text, at)
}

function skipNested(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === NODE_OPEN || code === LIST_OPEN) depth++
    else if (isClosing(code) && --depth === 0) return at + 1
  }
  return text.length
}

function skipToken(text: string, start: number): number {
  let at = start
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (isDelimiter(code)) break
  }
  return Math.min(at, text.length)
}

function isDelimiter(code: number): boolean {
  return code === BLANK || code === NODE_OPEN || code === LIST_OPEN || isClosing(code)
}

function isClosing(code: number): boolean {
  return code === NODE_CLOSE || code === LIST_CLOSE
}

function skipBlanks(text: string, start: number): number {
  let at = start
  while (text.charCodeAt(at) === BLANK) at++
  return at
}
