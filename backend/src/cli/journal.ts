import {
  COUNT_MAX,
  disableJournal,
  type EnabledTable,
  enableJournal,
  type JournalStatus,
  journalStatus,
  type Refusal,
  type Session,
} from '../capabilities/events/index.ts'
import { parseTarget } from '../capabilities/pool/index.ts'
import * as parts from '../capabilities/schema/index.ts'
import type { Arguments, Command } from './command.ts'
import { DatabaseMissingError } from './database-missing.ts'
import { EXIT } from './failure.ts'
import { readSettings } from './settings.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

/** Makes a database keep what changes in tables, or no longer; or tells what it keeps. */
export const journal: Command = {
  name: 'journal',
  usage: 'enable|disable|status [postgres://…] [schema.table…] [--all] [--for role]…',
  summary: 'Keep what changes in tables, for caches and whoever follows them.',
  flags: [
    { name: '--all', summary: 'Of enable: all tables that can be journaled.' },
    {
      name: '--for',
      value: 'role',
      summary: 'A role that servers log in as. May be repeated. Default: the user of database.url.',
    },
  ],
  takesOptions: false,
  positionalsMax: 10_000,
  examples: [
    's-tier journal enable postgres://owner:secret@localhost/app --all --for authenticator',
    's-tier journal enable public.orders public.customers   # in the database of DATABASE_URL',
    's-tier journal disable public.orders                   # the others stay, and what was kept',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const [verb = '', ...words] = given.positionals
    const action = actionOf(verb)
    const [first = '', ...rest] = words
    const hasUrl = /^\w+:\/\//.test(first)
    const { database, pool } = await readSettings(given, world)
    const url = hasUrl ? first : database.url
    if (url === undefined) throw new DatabaseMissingError(`journal ${verb}`)
    const { withDatabase } = await import('../database.ts') // Other commands do without a driver.
    const asked: Asked = {
      tables: hasUrl ? rest : words,
      isAll: given.flags.has('--all'),
      logins: given.flags.get('--for') ?? [
        parseTarget(database.url ?? url, world.environment).user,
      ],
    }
    world.out(await withDatabase(url, pool.connectTimeoutMs, session => action(session, asked)))
    return EXIT.ok
  },
}

interface Asked {
  readonly tables: readonly string[]
  readonly isAll: boolean
  readonly logins: readonly string[]
}

/** What is done, and the words that tell it. */
type Action = (session: Session, asked: Asked) => Promise<string>

function actionOf(verb: string): Action {
  const action = ACTIONS.get(verb)
  if (action !== undefined) return action
  const message = verb === '' ? 'What is to be done with the journal?' : `There is no '${verb}'`
  throw new UsageError(message, 'Say s-tier journal enable, disable or status.')
}

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['enable', enable],
  ['disable', disable],
  ['status', status],
])

async function enable(session: Session, { tables, isAll, logins }: Asked): Promise<string> {
  const schemas = isAll ? 'all' : []
  const done = await enableJournal(session, { parts, tables, schemas, logins })
  const { from, to, users, refused } = done
  const what = from === to ? 'was there already' : from === 0 ? 'is made' : 'is up to date'
  return [
    `The journal ${what}: schema s_tier, version ${to}`,
    usersLine(users),
    ...enabledLines(done.tables),
    ...refused.map(refusedLine),
    '',
  ].join('\n')
}

const OUTCOMES: Readonly<Record<EnabledTable['outcome'], string>> = {
  enabled: 'journaled from now on',
  mended: 'mended, some triggers were missing',
  unchanged: 'journaled already',
}

function enabledLines(tables: readonly EnabledTable[]): readonly string[] {
  if (tables.length === 0) return ['No table is journaled yet: name tables, or say --all']
  return tables.map(({ table, outcome }) => `  ${table}: ${OUTCOMES[outcome]}`)
}

function refusedLine({ table, reason, hint }: Refusal): string {
  return `  ${table}: not journaled, as it ${reason}. ${hint}`
}

async function disable(session: Session, { tables }: Asked): Promise<string> {
  if (tables.length > 0) {
    const done = await disableJournal(session, { parts, tables })
    return `No longer journaled: ${done.tables.join(', ')}. What was kept of them stays\n`
  }
  const before = await journalStatus(session, { parts })
  const { from, schema, tables: gone } = await disableJournal(session, { parts })
  if (from === 0) return NOT_THERE
  const left =
    schema === 'kept' ? 'the schema s_tier stays, as it is not ours alone' : 'nothing is left'
  return (
    `The journal is gone, with ${eventsOf(before)}: ${left}\n` +
    `No longer journaled: ${gone.length === 0 ? 'no table was' : gone.join(', ')}\n`
  )
}

const NOT_THERE = 'There is no journal in this database\n'

async function status(session: Session): Promise<string> {
  const found = await journalStatus(session, { parts })
  if (found.version === 0) return NOT_THERE
  const { version, users, oldest, lastDay, tables, others, readers } = found
  const since = oldest === undefined ? '' : `, the oldest of ${oldest}`
  return [
    `There is a journal: schema s_tier, version ${version}`,
    usersLine(users),
    `${eventsOf(found)}${since}; places are made until ${lastDay ?? 'no day: run a server, or enable again'}`,
    ...tableLines(tables),
    ...others.map(table => `  ${table}: not journaled`),
    readers.length === 0 ? 'No reader has kept a checkpoint' : 'Readers:',
    ...readers.map(
      ({ name, behind, updatedAt }) => `  ${name}: ${counted(behind)} behind, at ${updatedAt}`,
    ),
    '',
  ].join('\n')
}

function tableLines(tables: JournalStatus['tables']): readonly string[] {
  if (tables.length === 0) return ['No table is journaled']
  const lines = tables.map(({ table, incomplete, trouble }) => {
    if (trouble !== undefined) return `  ${table}: journaled, but ${trouble}`
    if (incomplete.length === 0) return `  ${table}: journaled`
    return `  ${table}: INCOMPLETE, triggers are missing: ${incomplete.join(', ')}`
  })
  const isIncomplete = tables.some(({ incomplete }) => incomplete.length > 0)
  return isIncomplete ? [...lines, 'To mend what is incomplete: s-tier journal enable'] : lines
}

function eventsOf({ events, bytes }: JournalStatus): string {
  return `${counted(events)} in ${Math.ceil(bytes / 1_000)} kB`
}

function counted(events: number): string {
  if (events >= COUNT_MAX) return `${COUNT_MAX} events or more`
  return events === 1 ? '1 event' : `${events} events`
}

function usersLine(users: readonly string[]): string {
  if (users.length === 0)
    return 'No server but one that logs in as its owner may read it: add --for role'
  return `Servers that log in as ${users.join(', ')} may read it`
}
