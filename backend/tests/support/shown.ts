import type { Plan } from '../../src/query/plan/index.ts'
import type { RawResponse } from './http-client.ts'
import type { Understood } from './library-server.ts'

/** A plan for people: names where it holds catalog objects, `$1` for values, and nothing that is not there. */
export function shownPlan(plan: Plan): string {
  return laidOut(JSON.parse(JSON.stringify(plan, shortened)))
}

function shortened(key: string, value: unknown): unknown {
  if (OMITTED.has(key) || value === null) return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : value
  if (typeof value !== 'object') return value === false ? undefined : value
  const name = nameOf(value)
  if (name !== undefined) return name
  if (key === 'representation') return key
  return RELATIONS.has(key) && isRelation(value) ? `${value.schema}.${value.name}` : value
}

/** What is told by its name alone, whatever it is called in the plan. */
function nameOf(value: object): string | undefined {
  if (isParameter(value)) return `$${value.index}`
  if (isWritten(value)) return value.column.name
  if (isRoutine(value)) return `${value.schema}.${value.name}`
  return isRoutineParameter(value) ? value.name : undefined
}

/** The name of a column stands beside it, and no plan looks at who may execute a function. */
const OMITTED = new Set(['column', 'executableBy'])
const RELATIONS = new Set(['relation', 'from', 'to', 'junction'])

function isParameter(value: object): value is { index: number } {
  return 'kind' in value && value.kind === 'parameter'
}

/** A column that takes a value from the body. */
function isWritten(value: object): value is { column: { name: string } } {
  return 'column' in value && 'representation' in value && Object.keys(value).length === 2
}

function isRoutine(value: object): value is { schema: string; name: string } {
  return 'volatility' in value && 'returns' in value
}

function isRoutineParameter(value: object): value is { name: string } {
  return 'required' in value && 'variadic' in value
}

function isRelation(value: object): value is { schema: string; name: string } {
  return 'schema' in value && 'name' in value
}

/** JSON with what fits on a line on one line. */
function laidOut(value: unknown, indent = ''): string {
  const line = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || line.length + indent.length <= 80) {
    return line.replace(/(?<=[,:])(?=["[{])|(?<=:)(?=\d)/g, ' ')
  }
  const inner = `${indent}  `
  const isList = Array.isArray(value)
  const items = isList
    ? value.map(item => inner + laidOut(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}"${key}": ${laidOut(item, inner)}`)
  return `${isList ? '[' : '{'}\n${items.join(',\n')}\n${indent}${isList ? ']' : '}'}`
}

/** The statement and the values that it takes. */
export function shownSql({ prepared: { statement }, parameters }: Understood): string {
  const values = parameters.map((value, index) => `-- $${index + 1} = ${JSON.stringify(value)}`)
  const estimate =
    statement.estimate === undefined ? [] : ['', '-- and before it', statement.estimate.text]
  return [brokenUp(statement.text), ...values, ...estimate].join('\n')
}

/** A new line before each clause, indented by the parentheses around it; names and constants stay as they are. */
function brokenUp(text: string): string {
  let depth = 0
  const isWith = /^(?:explain \([^)]*\) )?with /.test(text)
  return text.replace(
    /"[^"]*"|'[^']*'|[()]|(?<!cross|left) (?=(?:from|where|order by|group by|limit|offset|join|left join|cross join|on conflict|returning|select) )/g,
    (token, position: number) => {
      // What comes after the `with` is a clause of its own; other selects stay where they are.
      const isInner = text.startsWith(' select ', position) && (depth > 0 || !isWith)
      if (isInner) return token
      if (token === '(') depth++
      if (token === ')') depth--
      return token === ' ' ? `\n${'  '.repeat(depth)}` : token
    },
  )
}

/** Headers that every answer carries say nothing about this one. */
const ALWAYS = new Set([
  'connection',
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'date',
  'keep-alive',
  'origin-agent-cluster',
  'referrer-policy',
  'strict-transport-security',
  'vary',
  'x-content-type-options',
  'x-frame-options',
  'x-xss-protection',
])

export function shownResponse({ status, statusText, headers, bytes }: RawResponse): string {
  const shown = Object.entries(headers)
    .filter(([name]) => !ALWAYS.has(name))
    .map(([name, value]) => `${name}: ${String(value)}`)
    .sort()
  const body = shownBody(bytes)
  return [`HTTP/1.1 ${status} ${statusText}`, ...shown, ...(body === '' ? [] : ['', body])].join(
    '\n',
  )
}

/** What holds control characters, or is no UTF-8, as hexadecimal digits. */
function shownBody(bytes: Buffer): string {
  const text = bytes.toString()
  const isText = Buffer.from(text).equals(bytes) && !/[\0-\x08\x0e-\x1f]/.test(text)
  return isText ? text : (bytes.toString('hex').match(/../g)?.join(' ') ?? '')
}
