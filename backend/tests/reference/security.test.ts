import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  BUILT_IN_RULES,
  EVENT_KINDS,
  RULE_DEFAULTS,
  SECURITY_DEFAULTS,
  settleRules,
} from '../../src/capabilities/security/index.ts'

// The page says what the code says: options, events, rules, and the fields of a rule.

const page = readFileSync(new URL('../../../docs/reference/security.md', import.meta.url), 'utf8')

/** The cells of the tables whose first line is this, without the backticks of the first. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const table = page.split('\n\n').find(part => part.startsWith(heading)) ?? ''
  const rows = table.trimEnd().split('\n').slice(2)
  const cells = rows.map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
  return cells.map(([name = '', ...others]) => [name.replaceAll('`', ''), ...others])
}

const shown = (value: unknown) =>
  typeof value === 'number' && value >= 1_000
    ? value.toLocaleString('en').replaceAll(',', '_')
    : String(value)

test('every option with its default', () => {
  const documented = rowsOf('| option |').map(([name, value]) => [name, value])
  const isNone = (value: unknown) => value === undefined || typeof value === 'object'
  const inCode = Object.entries(SECURITY_DEFAULTS).map(([name, value]) => [
    name,
    isNone(value) ? 'none' : shown(value),
  ])
  expect(documented).toEqual(inCode)
})

test('every kind of event', () => {
  expect(rowsOf('| kind |').map(([kind]) => kind)).toEqual([...EVENT_KINDS])
})

function time(ms: number): string {
  if (ms >= 7_200_000) return `${ms / 3_600_000} h`
  return ms >= 300_000 ? `${ms / 60_000} min` : `${ms / 1_000} s`
}

test('every built-in rule, with its threshold, window and MITRE technique', () => {
  const documented = rowsOf('| rule |').map(([name, , threshold, window, , mitre]) => [
    name,
    threshold,
    window,
    mitre,
  ])
  const inCode = settleRules({}).map(({ name, threshold, windowMs, mitre }) => [
    name,
    String(threshold),
    time(windowMs),
    mitre,
  ])
  expect(documented).toEqual(inCode)
  expect(documented).toHaveLength(Object.keys(BUILT_IN_RULES).length)
})

test('every field of a rule, with its default where that is a plain value', () => {
  const documented = new Map(rowsOf('| field |').map(([name = '', value = '']) => [name, value]))
  expect([...documented.keys()].sort()).toEqual([...Object.keys(RULE_DEFAULTS), 'enabled'].sort())
  for (const [name, value] of Object.entries(RULE_DEFAULTS)) {
    const isPlain = typeof value === 'number' || typeof value === 'boolean'
    if (isPlain) expect(documented.get(name), name).toBe(shown(value))
  }
})

test('every event of the monitor', () => {
  const source = new URL('../../src/capabilities/security/events.ts', import.meta.url)
  const kinds = [...readFileSync(source, 'utf8').matchAll(/kind: '([a-z]+\.[a-z-]+)'/g)]
  expect(rowsOf('| event |').map(([kind]) => kind)).toEqual(kinds.map(([, kind]) => kind))
})
