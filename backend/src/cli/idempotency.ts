import { IDEMPOTENCY_PART, STATISTICS } from '../capabilities/idempotency/index.ts'
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

/** Makes a database keep answers under idempotency keys, or no longer; or tells whether it does. */
export const idempotency: Command = {
  name: 'idempotency',
  usage: 'enable|disable|status [postgres://…] [--for role]…',
  summary: 'Let Idempotency-Key make retries safe.',
  flags: [
    {
      name: '--for',
      value: 'role',
      summary: 'A role that servers log in as. May be repeated. Default: the user of database.url.',
    },
  ],
  takesOptions: false,
  positionalsMax: 2,
  examples: [
    's-tier idempotency enable postgres://owner:secret@localhost/app --for authenticator',
    's-tier idempotency status   # of the database of DATABASE_URL',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const [verb = '', argument] = given.positionals
    const action = actionOf(verb)
    const { database, pool } = await readSettings(given, world)
    const url = argument ?? database.url
    if (url === undefined) throw new DatabaseMissingError(`idempotency ${verb}`)
    const { withDatabase } = await import('../database.ts') // Other commands do without a driver.
    const named = given.flags.get('--for')
    const logins = named ?? [parseTarget(database.url ?? url, world.environment).user]
    world.out(await withDatabase(url, pool.connectTimeoutMs, work => action(work, logins)))
    return EXIT.ok
  },
}

/** What is done, and the words that tell it. */
type Action = (database: Queryable, logins: readonly string[]) => Promise<string>

function actionOf(verb: string): Action {
  const action = ACTIONS.get(verb)
  if (action !== undefined) return action
  const message =
    verb === '' ? 'What is to be done with idempotency keys?' : `There is no '${verb}'`
  throw new UsageError(message, 'Say s-tier idempotency enable, disable or status.')
}

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['enable', enable],
  ['disable', disable],
  ['status', status],
])

async function enable(database: Queryable, logins: readonly string[]): Promise<string> {
  const { from, to, users } = await enablePart(database, IDEMPOTENCY_PART, logins)
  const done = from === to ? 'were enabled already' : from === 0 ? 'are enabled' : 'are up to date'
  return `Idempotency keys ${done}: schema s_tier, version ${to}\n${usersLine(users)}`
}

async function disable(database: Queryable): Promise<string> {
  const { from, schema } = await disablePart(database, IDEMPOTENCY_PART)
  if (from === 0) return NOT_ENABLED
  const left =
    schema === 'kept' ? 'the schema s_tier stays, as it is not ours alone' : 'nothing is left'
  return `Idempotency keys are disabled: ${left}\n`
}

async function status(database: Queryable): Promise<string> {
  const { version, users } = await partStatus(database, IDEMPOTENCY_PART)
  if (version === 0) return NOT_ENABLED
  const [kept = {}] = await database.query(STATISTICS.text)
  const kilobytes = Math.ceil(Number(kept['bytes']) / 1_000)
  const answers = Number(kept['answers'])
  return (
    `Idempotency keys are enabled: schema s_tier, version ${version}\n${usersLine(users)}` +
    `${answers} ${answers === 1 ? 'answer is' : 'answers are'} kept, in ${kilobytes} kB\n`
  )
}

const NOT_ENABLED = 'Idempotency keys are not enabled\n'

function usersLine(users: readonly string[]): string {
  if (users.length === 0)
    return 'No server but one that logs in as their owner may use them: add --for role\n'
  return `Servers that log in as ${users.join(', ')} may use them\n`
}
