import type { Finding, Level } from '../database.ts'
import { type Arguments, type Command, valueOf } from './command.ts'
import { readDescribed, SCHEMA_FLAG } from './described-database.ts'
import { EXIT } from './failure.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

const NAME = 'doctor'
const LEVELS: readonly Level[] = ['error', 'warning', 'note']
/** What services trust with everything, and what there is only to log in: they are meant to be mighty. */
const USUAL_ROLES = ['anon', 'authenticated']

/** Looks at a database for what lets requests do more than was meant. */
export const doctor: Command = {
  name: NAME,
  usage: '--security [postgres://…] [--fail-on level] [--json]',
  summary:
    'Look for what in a database lets requests do more than was meant: exits 1 when it finds some.',
  flags: [
    { name: '--security', summary: 'Rights, row-level security, functions, views and roles.' },
    {
      name: '--role',
      value: 'a,b',
      summary: `The roles that requests run as. Default: database.anonRole, ${USUAL_ROLES.join(' and ')}, where there are such.`,
    },
    SCHEMA_FLAG,
    {
      name: '--fail-on',
      value: 'level',
      summary: 'Exit 1 for findings from here up: error, warning, note or never. Default: error.',
    },
    {
      name: '--ignore',
      value: 'code',
      summary: 'Leave findings of this code out. May be repeated.',
    },
    { name: '--json', summary: 'Print them as JSON.' },
  ],
  takesOptions: true,
  positionalsMax: 1,
  examples: [
    's-tier doctor --security postgres://user:password@host/database',
    's-tier doctor --security --fail-on warning --json   # the database of DATABASE_URL',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    if (!given.flags.has('--security')) {
      throw new UsageError('s-tier doctor needs to know what to look at', 'Say: --security')
    }
    const failsOn = failsOnOf(given)
    const [url] = given.positionals
    const config = await readDescribed(NAME, url, given, world)
    const { examineSecurity } = await import('../database.ts') // Other commands do without a driver.
    const all = await examineSecurity(config, rolesOf(given, config.database.anonRole))
    const ignored = given.flags.get('--ignore') ?? []
    const findings = all.filter(({ code }) => !ignored.includes(code))
    const isJson = given.flags.has('--json')
    world.out(isJson ? `${JSON.stringify(findings, null, 2)}\n` : reportOf(findings))
    return findings.some(({ level }) => LEVELS.indexOf(level) <= failsOn) ? EXIT.breaking : EXIT.ok
  },
}

/** The place of the last level that fails; -1: none does. */
function failsOnOf(given: Arguments): number {
  const level = valueOf(given, '--fail-on') ?? 'error'
  const place = LEVELS.findIndex(each => each === level)
  if (place >= 0 || level === 'never') return place
  const hint = `One of: ${[...LEVELS, 'never'].join(', ')}`
  throw new UsageError(`--fail-on takes no '${level}'`, hint)
}

function rolesOf(given: Arguments, anonRole: string | undefined): readonly string[] {
  const named = valueOf(given, '--role')
  if (named !== undefined) return named.split(',').map(name => name.trim())
  return [...new Set([...(anonRole === undefined ? [] : [anonRole]), ...USUAL_ROLES])]
}

function reportOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Nothing was found.\n'
  const blocks = findings.map(
    ({ code, level, object, why, mend }) =>
      `${level.toUpperCase()}  ${object}\n  ${code}: ${why}\n  ${mend}\n`,
  )
  const counts = LEVELS.map(level => [findings.filter(one => one.level === level).length, level])
  const told = counts
    .filter(([count]) => count !== 0)
    .map(([count, level]) => `${count} × ${level}`)
  return `${blocks.join('\n')}\n${told.join(', ')}\n`
}
