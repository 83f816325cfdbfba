import type { Ending } from '../gate.ts'

/** What some codes mean, and why. The rows of the reference page are made from these. */
export interface EndingRule {
  /** A code, or with `*` at its end all that begin so. The first rule that fits counts. */
  readonly codes: readonly string[]
  readonly ending: Ending
  readonly why: string
}

/** Finds the ending of a code; undefined when no rule speaks of it. */
export function endingIn(rules: readonly EndingRule[]): (code: string) => Ending | undefined {
  const exact = new Map<string, Ending>()
  const beginnings: (readonly [string, Ending])[] = []
  for (const { codes, ending } of rules) {
    for (const code of codes) {
      if (code.endsWith('*')) beginnings.push([code.slice(0, -1), ending])
      else exact.set(code, ending)
    }
  }
  return code => exact.get(code) ?? beginnings.find(([start]) => code.startsWith(start))?.[1]
}

/** The text under `code`, of an error or of what caused it. */
export function codeOf(error: unknown): string | undefined {
  if (!isObject(error)) return undefined
  const { code, cause } = error
  return typeof code === 'string' ? code : isObject(cause) ? textOf(cause['code']) : undefined
}

export function nameOf(error: unknown): string | undefined {
  return isObject(error) ? textOf(error['name']) : undefined
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
