import { sql } from '../base/index.ts'
import { STREAMS_PART } from '../capabilities/events/index.ts'
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

/** Makes a database keep streams of domain events, or no longer; or tells whether it does. */
export const streams: Command = {
  name: 'streams',
  usage: 'enable|disable|status [postgres://…] [--for role]…',
  summary: 'Let a database keep streams of domain events.',
  flags: [
    {
      name: '--for',
      value: 'role',
      summary: 'A role that servers log in as. May be repeated. Default: the user of database.url.',
    },
    { name: '--with-events', summary: 'Of disable: remove the events that are stored, too.' },
  ],
  takesOptions: false,
  positionalsMax: 2,
  examples: [
    's-tier streams enable postgres://owner:secret@localhost/app --for app',
    's-tier streams status   # of the database of DATABASE_URL',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const [verb = '', argument] = given.positionals
    const action = actionOf(verb)
    const { database, pool } = await readSettings(given, world)
    const url = argument ?? database.url
    if (url === undefined) throw new DatabaseMissingError(`streams ${verb}`)
    const { withDatabase } = await import('../database.ts') // Other commands do without a driver.
    const logins = given.flags.get('--for') ?? [
      parseTarget(database.url ?? url, world.environment).user,
    ]
    const asked = { logins, withEvents: given.flags.has('--with-events') }
    world.out(await withDatabase(url, pool.connectTimeoutMs, work => action(work, asked)))
    return EXIT.ok
  },
}

interface Asked {
  readonly logins: readonly string[]
  readonly withEvents: boolean
}

/** What is done, and the words that tell it. */
type Action = (database: Queryable, asked: Asked) => Promise<string>

function actionOf(verb: string): Action {
  const action = ACTIONS.get(verb)
  if (action !== undefined) return action
  const message = verb === '' ? 'What is to be done with streams?' : `There is no '${verb}'`
  throw new UsageError(message, 'Say s-tier streams enable, disable or status.')
}

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['enable', enable],
  ['disable', disable],
  ['status', status],
])

async function enable(database: Queryable, { logins }: Asked): Promise<string> {
  const { from, to, users } = await enablePart(database, STREAMS_PART, logins)
  const done = from === to ? 'were enabled already' : from === 0 ? 'are enabled' : 'are up to date'
  return `Streams ${done}: schema s_tier, version ${to}\n${usersLine(users)}`
}

/** Events are not made again: nobody removes them by the way. */
async function disable(database: Queryable, { withEvents }: Asked): Promise<string> {
  const { version } = await partStatus(database, STREAMS_PART)
  if (version === 0) return NOT_ENABLED
  const { streams: kept, events } = await countOf(database)
  if (events > 0 && !withEvents) {
    throw new UsageError(
      `There are ${events} events in ${kept} streams, and they would be gone`,
      'Keep what you need of them, then say s-tier streams disable --with-events.',
    )
  }
  const { schema } = await disablePart(database, STREAMS_PART)
  const left =
    schema === 'kept' ? 'the schema s_tier stays, as it is not ours alone' : 'nothing is left'
  return `Streams are disabled: ${left}\n`
}

async function status(database: Queryable): Promise<string> {
  const { version, users } = await partStatus(database, STREAMS_PART)
  if (version === 0) return NOT_ENABLED
  const { streams: kept, events, bytes } = await countOf(database)
  return (
    `Streams are enabled: schema s_tier, version ${version}\n${usersLine(users)}` +
    `${events} events in ${kept} streams, in ${Math.ceil(bytes / 1_000)} kB\n`
  )
}

const NOT_ENABLED = 'Streams are not enabled\n'

async function countOf(database: Queryable) {
  const [row = {}] = await database.query(COUNTS.text)
  return {
    streams: Number(row['streams']),
    events: Number(row['events']),
    bytes: Number(row['bytes']),
  }
}

/** Versions have no gaps, so that the events need not be counted one by one. */
const COUNTS = sql`
  select count(*) as streams, coalesce(sum(version), 0) as events,
    pg_catalog.pg_total_relation_size('s_tier.stream_events')
      + pg_catalog.pg_total_relation_size('s_tier.stream_heads') as bytes
  from s_tier.stream_heads`

function usersLine(users: readonly string[]): string {
  if (users.length === 0)
    return 'No server but one that logs in as their owner may use them: add --for role\n'
  return `Servers that log in as ${users.join(', ')} may use them\n`
}
