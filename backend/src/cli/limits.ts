import { option } from '../base/index.ts'
import {
  LIMITS_CHECKS,
  LIMITS_PART,
  type LimitRules,
  READ_LIMITS,
  REMOVE_LIMIT,
  SET_LIMIT,
  tableRules,
} from '../capabilities/limiter/index.ts'
import { parseTarget } from '../capabilities/pool/index.ts'
import {
  disablePart,
  enablePart,
  partStatus,
  type Queryable,
} from '../capabilities/schema/index.ts'
import type { Arguments, Command } from './command.ts'
import { DatabaseMissingError } from './database-missing.ts'
import { EXIT } from './failure.ts'
import { readSettings } from './settings.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

/** Makes a database keep limits, or no longer; tells them, and changes them for all servers that follow it. */
export const limits: Command = {
  name: 'limits',
  usage: 'enable|disable|list|set name rule|remove name [postgres://…] [--for role]…',
  summary: 'Keep limits in the database, where servers follow them.',
  flags: [
    {
      name: '--for',
      value: 'role',
      summary: 'A role that servers log in as. May be repeated. Default: the user of database.url.',
    },
  ],
  takesOptions: false,
  positionalsMax: 4,
  examples: [
    's-tier limits enable postgres://owner:secret@localhost/app --for authenticator',
    `s-tier limits set per-user '{"limit": 100, "windowMs": 60000, "per": ["user"]}'   # in the database of DATABASE_URL`,
    's-tier limits remove per-user',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const [verb = '', ...others] = given.positionals
    const action = actionOf(verb)
    if (others.length < action.words.length || others.length > action.words.length + 1) {
      const all = ['s-tier limits', verb, ...action.words, '[postgres://…]'].join(' ')
      throw new UsageError(`That is not what ${verb} needs`, `Say ${all}.`)
    }
    const words = others.slice(0, action.words.length)
    const { database, pool } = await readSettings(given, world)
    const url = others[action.words.length] ?? database.url
    if (url === undefined) throw new DatabaseMissingError(`limits ${verb}`)
    const login = parseTarget(database.url ?? url, world.environment).user
    const logins = given.flags.get('--for') ?? [login]
    const { withDatabase } = await import('../database.ts') // Other commands do without a driver.
    const work = (session: Queryable) => action.run(session, words, logins)
    world.out(await withDatabase(url, pool.connectTimeoutMs, work))
    return EXIT.ok
  },
}

interface Action {
  /** What it needs, as the help calls it. */
  readonly words: readonly string[]
  /** Answers the words that tell what was done. */
  run(database: Queryable, words: readonly string[], logins: readonly string[]): Promise<string>
}

function actionOf(verb: string): Action {
  const action = ACTIONS.get(verb)
  if (action !== undefined) return action
  const message = verb === '' ? 'What is to be done with limits?' : `There is no '${verb}'`
  throw new UsageError(message, 'Say s-tier limits enable, disable, list, set or remove.')
}

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['enable', { words: [], run: (database, _words, logins) => enable(database, logins) }],
  ['disable', { words: [], run: disable }],
  ['list', { words: [], run: list }],
  ['set', { words: ['name', "'{rule}'"], run: set }],
  ['remove', { words: ['name'], run: remove }],
] satisfies [string, Action][])

async function enable(database: Queryable, logins: readonly string[]): Promise<string> {
  const { from, to, users } = await enablePart(database, LIMITS_PART, logins)
  const done = from === to ? 'was enabled already' : 'is enabled'
  return `The table of limits ${done}: s_tier.limits, version ${to}\n${usersLine(users)}`
}

async function disable(database: Queryable): Promise<string> {
  const { from } = await disablePart(database, LIMITS_PART)
  return from === 0 ? NOT_ENABLED : 'The table of limits is gone, with what was in it\n'
}

async function list(database: Queryable): Promise<string> {
  const { version, users } = await partStatus(database, LIMITS_PART)
  if (version === 0) return NOT_ENABLED
  const rules = await read(database)
  const lines = Object.entries(rules).map(([name, rule]) => `${name} ${JSON.stringify(rule)}\n`)
  return lines.length === 0 ? `There are no limits in it\n${usersLine(users)}` : lines.join('')
}

/** With all others, as a wrong one would keep servers from following any. */
async function set(
  database: Queryable,
  [name = '', text = '']: readonly string[],
): Promise<string> {
  await assertEnabled(database)
  const rules = { ...(await read(database)), [name]: ruleOf(text) }
  option.checked('limits.rules', LIMITS_CHECKS.rules, rules, `s-tier limits set ${name}`)
  await database.query(SET_LIMIT.text, [name, text])
  return `The limit '${name}' is set: servers that follow the table go by it within a second\n`
}

async function remove(database: Queryable, [name = '']: readonly string[]): Promise<string> {
  await assertEnabled(database)
  const rows = await database.query(REMOVE_LIMIT.text, [name])
  return rows.length === 0
    ? `There was no limit '${name}' in the table\n`
    : `The limit '${name}' is removed\n`
}

async function read(database: Queryable): Promise<LimitRules> {
  return tableRules(await database.query(READ_LIMITS.text))
}

function ruleOf(text: string): LimitRules[string] {
  try {
    return JSON.parse(text) as LimitRules[string]
  } catch {
    throw new UsageError('The rule is no JSON', `Say it as '{"limit": 100, "windowMs": 60000}'.`)
  }
}

async function assertEnabled(database: Queryable): Promise<void> {
  const { version } = await partStatus(database, LIMITS_PART)
  if (version === 0) {
    throw new UsageError('The table of limits is not enabled', 'Say s-tier limits enable first.')
  }
}

const NOT_ENABLED = 'The table of limits is not enabled\n'

function usersLine(users: readonly string[]): string {
  if (users.length === 0)
    return 'No server but one that logs in as its owner may read it: add --for role\n'
  return `Servers that log in as ${users.join(', ')} may read it\n`
}
