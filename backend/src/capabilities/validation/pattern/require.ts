import { SchemaUseError } from '../errors.ts'
import { type Fault, pointerStep } from '../fault.ts'
import { whySlow } from './judge.ts'

/** Values, not schemas: what looks like a pattern in them is none. */
const DATA: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples'])

/** Throws ST421 for a schema with a pattern that could take more than linear time, and names all of them. */
export function requireSafePatterns(schema: unknown): void {
  const faults = [...faultsIn(schema, '')]
  if (faults.length > 0) throw new SchemaUseError(faults)
}

function* faultsIn(schema: unknown, pointer: string): Generator<Fault> {
  if (typeof schema !== 'object' || schema === null) return
  for (const [name, value] of Object.entries<unknown>(
    schema as Readonly<Record<string, unknown>>,
  )) {
    const place = pointer + pointerStep(name)
    if (name === 'pattern' && typeof value === 'string') yield* faultOf(value, place)
    if (name === 'patternProperties' && typeof value === 'object' && value !== null) {
      for (const pattern of Object.keys(value)) {
        yield* faultOf(pattern, place + pointerStep(pattern))
      }
    }
    if (!DATA.has(name)) yield* faultsIn(value, place)
  }
}

function* faultOf(pattern: string, pointer: string): Generator<Fault> {
  const why = isPattern(pattern) ? whySlow(pattern) : 'is no regular expression of JavaScript'
  if (why === undefined) return
  const detail = `The pattern at ${pointer} ${why}`
  yield {
    pointer,
    rule: 'pattern',
    detail,
    hint: 'Write it so that each text can match in one way only.',
  }
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u')
    return true
  } catch {
    return false
  }
}
