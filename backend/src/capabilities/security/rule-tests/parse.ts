import { isObject, option, STierError } from '../../../base/index.ts'
import { record, RULES_CHECK } from '../rule-check.ts'
import { EVENT_KINDS, REASONS } from '../types.ts'
import type { ExpectedFinding, RuleTest, RuleTests, TestEvent } from './types.ts'

/** A file of tests is none. */
export class RuleTestsError extends STierError {
  readonly code = 'ST438'
  readonly status = 400

  constructor(file: string, reason: string) {
    super(`${file} has no tests of rules: ${reason}`, {
      hint: 'See docs/reference/security.md: {"rules": {…}, "tests": [{"name": …, "events": […], "expect": {…}}]}.',
    })
  }
}

const TIMES_MAX = 100_000
const EVENTS_MAX = 1_000_000
const OUTCOMES = ['watched', 'allowed', 'logged', 'tarpit', 'penalty', 'revoke', 'ban'] as const

const text = option.text()
const count = option.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const SOUGHT: option.Check<string | number> = {
  ...option.text({ expects: 'a text or a number' }),
  read: value => (typeof value === 'string' || typeof value === 'number' ? value : undefined),
}

const EVENT = record<TestEvent>({
  kind: option.oneOf(...EVENT_KINDS),
  ...{ ip: text, user: text, role: text, route: text, name: text, key: text },
  ...{ node: text, detail: text, credential: text, token: text, issuer: text, tokenLifeMs: count },
  ...{ atMs: count, everyMs: count, status: count, rows: count, bytes: count, agentHash: count },
  reason: option.oneOf(...REASONS),
  sought: SOUGHT,
  isWatched: option.flag(),
  times: option.integer({ min: 1, max: TIMES_MAX }),
})

const EXPECTED = record<ExpectedFinding>({
  alerts: count,
  afterEvents: count,
  outcome: option.oneOf(...OUTCOMES),
})

/** Reads a file of tests. Throws ST438. */
export function parseRuleTests(content: string, file: string): RuleTests {
  const { rules, tests, ...rest } = parsed(content, file)
  const [stranger] = Object.keys(rest)
  if (stranger !== undefined) throw new RuleTestsError(file, `'${stranger}' is no part of it`)
  if (!Array.isArray(tests) || tests.length === 0) throw new RuleTestsError(file, 'tests is empty')
  const read = tests.map(test => readTest(test, file))
  if (rules === undefined) return { tests: read }
  const settled = RULES_CHECK.read(rules)
  if (settled === undefined) {
    throw new RuleTestsError(file, RULES_CHECK.fault?.(rules) ?? 'rules are none')
  }
  return { rules: settled, tests: read }
}

function parsed(content: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(content)
    if (isObject(value)) return value
  } catch {
    // Told below.
  }
  throw new RuleTestsError(file, 'it is no JSON object')
}

const MODE = option.oneOf('watch', 'act')

function readTest(test: unknown, file: string): RuleTest {
  if (!isObject(test) || typeof test['name'] !== 'string') {
    throw new RuleTestsError(file, 'each test needs a name')
  }
  const { name, mode = 'act', events, expect, ...rest } = test
  const fail = (fault: string): RuleTestsError => new RuleTestsError(file, `'${name}': ${fault}`)
  const [stranger] = Object.keys(rest)
  if (stranger !== undefined) throw fail(`a test has no '${stranger}'`)
  const readMode = MODE.read(mode)
  if (readMode === undefined) throw fail(`mode is ${MODE.expects}`)
  if (!isObject(expect)) throw fail('expect is no object')
  return {
    name,
    mode: readMode,
    events: readEvents(events, fail),
    expect: readExpected(expect, fail),
  }
}

type Fail = (fault: string) => RuleTestsError

function readEvents(events: unknown, fail: Fail): readonly TestEvent[] {
  if (!Array.isArray(events) || events.length === 0) throw fail('events is empty')
  const read = events.map((given: unknown) => readEvent(given, fail))
  const told = read.reduce((sum, { times = 1 }) => sum + times, 0)
  if (told > EVENTS_MAX) throw fail(`there are more than ${EVENTS_MAX} events`)
  return read
}

function readEvent(given: unknown, fail: Fail): TestEvent {
  const event = EVENT.read(given)
  if (event === undefined) throw fail(EVENT.fault?.(given) ?? 'an event is none')
  const { kind, ip } = event as Partial<TestEvent>
  if (kind === undefined || ip === undefined) throw fail('an event needs kind and ip')
  return event
}

function readExpected(expected: Readonly<Record<string, unknown>>, fail: Fail) {
  const entries = Object.entries(expected).map(([rule, given]) => {
    const read = typeof given === 'number' ? count.read(given) : EXPECTED.read(given)
    if (read !== undefined) return [rule, read] as const
    const fault = typeof given === 'number' ? undefined : EXPECTED.fault?.(given)
    throw fail(`${rule}: ${fault ?? `${String(given)} is no number of alerts`}`)
  })
  return Object.fromEntries(entries)
}
