import type { SecurityRules } from '../rule.ts'
import { createSecrets } from '../secrets.ts'
import { type SimulatedAlert, simulate } from '../test-rule.ts'
import type { SecurityEvent } from '../types.ts'
import type { ExpectedFinding, RuleTest, RuleTestResult, RuleTests, TestEvent } from './types.ts'

const PRINCIPALS_MAX = 65_536
const SECRET = 'of tests'

/** Each test has a monitor of its own. */
export function runRuleTests({ rules, tests }: RuleTests): readonly RuleTestResult[] {
  return tests.map(test => ({ name: test.name, faults: faultsOf(test, rules ?? {}) }))
}

function faultsOf({ mode = 'act', events, expect }: RuleTest, rules: SecurityRules) {
  const setup = { mode, rules, principalsMax: PRINCIPALS_MAX, secret: SECRET } as const
  const { alerts } = simulate(eventsOf(events), setup)
  const found = new Set(alerts.map(({ rule }) => rule))
  const strangers = [...found].filter(rule => !Object.hasOwn(expect, rule))
  const others = Object.entries(expect).map(([rule, given]) => {
    const told = alerts.filter(alert => alert.rule === rule)
    return faultOf(rule, told, typeof given === 'number' ? { alerts: given } : given)
  })
  return [
    ...strangers.map(rule => `${rule} has found something, unexpectedly`),
    ...others.filter(fault => fault !== undefined),
  ]
}

function faultOf(
  rule: string,
  told: readonly SimulatedAlert[],
  { alerts = 1, ...expected }: ExpectedFinding,
): string | undefined {
  if (told.length !== alerts) return `${rule} was told ${told.length} times, not ${alerts}`
  const [first] = told
  const names = ['afterEvents', 'outcome'] as const
  const wrong = names.find(name => expected[name] !== undefined && first?.[name] !== expected[name])
  return wrong && `${rule}: ${wrong} is ${first?.[wrong]}, not ${expected[wrong]}`
}

function* eventsOf(given: readonly TestEvent[]): Generator<SecurityEvent> {
  const { fingerprint } = createSecrets(SECRET, 'test')
  let nowMs = 0
  for (const { times = 1, everyMs = 1_000, atMs, credential, token, ...event } of given) {
    if (atMs !== undefined) nowMs = atMs - everyMs
    for (let n = 1; n <= times; n++) {
      nowMs += everyMs
      const numbered = (text: string): string => text.replaceAll('{n}', String(n))
      const entries = Object.entries(event).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'string' ? numbered(value) : value,
      ])
      yield {
        ...(Object.fromEntries(entries) as typeof event),
        atMs: nowMs,
        ...(credential === undefined ? {} : { credentialHash: fingerprint(numbered(credential)) }),
        ...(token === undefined ? {} : { tokenHash: fingerprint(numbered(token)) }),
      }
    }
  }
}
