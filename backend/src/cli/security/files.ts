import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { securitySecret } from '../../api/http/index.ts'
import { option } from '../../base/index.ts'
import {
  type AlertingOptions,
  backTest,
  BrokenChainError,
  parseRuleTests,
  readEvents,
  RULES_CHECK,
  runRuleTests,
  type SecurityRules,
  verifyRecord,
} from '../../capabilities/security/index.ts'
import type { Config } from '../../config.ts'
import { type Arguments, valueOf } from '../command.ts'
import { EXIT } from '../failure.ts'
import { UsageError } from '../usage-error.ts'
import type { World } from '../world.ts'
import type { Asked, Told } from './action.ts'
import { shownBackTest, shownRuleTests } from './shown.ts'

/** Nothing of it is told to a server. */
export function replay({ argument, given, world, config }: Asked): Told {
  if (argument === undefined) {
    throw new UsageError('Which events?', 'Name the file that security.recordPath has written.')
  }
  const path = fileAt(world, argument)
  const value = backTest(readEvents(path), { rules: rulesOf(given, world, config) })
  return { text: shownBackTest(value), value }
}

/** What rules find in events that somebody has made up. */
export function testRules({ argument, given, world, config }: Asked): Told {
  if (argument === undefined) {
    throw new UsageError(
      'Which tests?',
      'Name a file of tests, as docs/reference/security.md has it.',
    )
  }
  const path = fileAt(world, argument)
  const { rules, tests } = parseRuleTests(readFileSync(path, 'utf8'), path)
  const value = runRuleTests({ rules: rules ?? rulesOf(given, world, config), tests })
  const isRight = value.every(({ faults }) => faults.length === 0)
  return { text: shownRuleTests(value), value, code: isRight ? EXIT.ok : EXIT.breaking }
}

function rulesOf(given: Arguments, world: World, config: Config): SecurityRules {
  const file = valueOf(given, '--rules')
  if (file === undefined) return config.security.rules
  const text = readFileSync(fileAt(world, file), 'utf8')
  return option.checked('security.rules', RULES_CHECK, text, file)
}

function fileAt({ directory }: World, name: string): string {
  const path = resolve(directory, name)
  if (existsSync(path)) return path
  throw new UsageError(`There is no ${path}`, 'Name a file that is there.')
}

/** A spool directory has a record of each process. */
export function verify({ argument, given, world, config }: Asked): Told {
  const { spoolDirectory }: Pick<AlertingOptions, 'spoolDirectory'> = config.security
  const place = argument ?? spoolDirectory
  if (place === undefined) {
    throw new UsageError('Which record?', 'Name the spool directory, or a file in it.')
  }
  const secret = valueOf(given, '--secret') ?? securitySecret(config)
  const head = valueOf(given, '--head')
  const verdicts = recordsAt(fileAt(world, place)).map(path => {
    try {
      return { path, isWhole: true, ...verifyRecord(path, { secret, head }) }
    } catch (error) {
      if (!(error instanceof BrokenChainError)) throw error
      return { path, isWhole: false, reason: error.message }
    }
  })
  const lines = verdicts.map(verdict =>
    'reason' in verdict
      ? `${verdict.path}: BROKEN. ${verdict.reason}\n`
      : `${verdict.path}: ${verdict.records} records, as they were written; ends with ${verdict.head}\n`,
  )
  const isWhole = verdicts.every(verdict => verdict.isWhole)
  return {
    text: lines.length === 0 ? 'There is no record\n' : lines.join(''),
    value: verdicts,
    code: isWhole ? EXIT.ok : EXIT.breaking,
  }
}

function recordsAt(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  const seats = readdirSync(path).filter(name => /^seat-\d+$/.test(name))
  const records = seats.sort().map(seat => join(path, seat, RECORD))
  return [join(path, RECORD), ...records].filter(record => existsSync(record))
}

const RECORD = 'record.jsonl'
