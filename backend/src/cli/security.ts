import { type Arguments, type Command, valueOf } from './command.ts'
import { EXIT } from './failure.ts'
import type { Action, Method } from './security/action.ts'
import { adminPlace, askServer } from './security/admin-client.ts'
import { replay, testRules, verify } from './security/files.ts'
import { alerts, ban, bans, heartbeat, report, rules, timeline, unban } from './security/running.ts'
import { readSettings } from './settings.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

/** What a running server has noticed and done; and what rules would have done with events that were recorded. */
export const security: Command = {
  name: 'security',
  usage:
    'report|rules|alerts|timeline|bans [export]|ban|unban|heartbeat [id] | replay|test <file> | verify [path]',
  summary: 'See what was noticed, let somebody in again, and try rules on recorded events.',
  flags: [
    {
      name: '--url',
      value: 'url',
      summary: 'The running server. Default: http.adminPort, http.adminSocket or http.port here.',
    },
    { name: '--ip', value: 'address', summary: 'Of ban, timeline and alerts: whom it is about.' },
    { name: '--user', value: 'name', summary: 'The same, of a user.' },
    { name: '--for', value: 'time', summary: 'Of ban: how long, such as 1h. Default 1h.' },
    { name: '--reason', value: 'text', summary: 'Of ban: why.' },
    {
      name: '--login',
      summary: 'Of bans export: also the addresses that merely may not log in.',
    },
    {
      name: '--rules',
      value: 'file',
      summary:
        'Of replay and test: rules as JSON, over the built-in ones. Default: security.rules.',
    },
    {
      name: '--secret',
      value: 'secret',
      summary: 'Of verify: what the record is signed with. Default: security.secret.',
    },
    {
      name: '--head',
      value: 'hash',
      summary: 'Of verify: the hash that the record must end with.',
    },
    { name: '--json', summary: 'The same for programs.' },
  ],
  takesOptions: false,
  positionalsMax: 2,
  examples: [
    's-tier security alerts            # of the server that this configuration starts',
    's-tier security unban 3f0c9a52-…  # with STIER_HTTP_ADMIN_TOKEN',
    's-tier security replay events.jsonl --rules rules.json',
    's-tier security test rules.test.json',
    's-tier security bans export > banned.txt',
    's-tier security verify /var/lib/s-tier/spool',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const [verb = '', argument] = given.positionals
    const action = actionOf(verb)
    const config = await readSettings(given, world)
    const place = adminPlace(config.http, valueOf(given, '--url'))
    const ask = (method: Method, path: string, body?: object): Promise<unknown> =>
      askServer(place, body === undefined ? { method, path } : { method, path, body })
    const { text, value, code = EXIT.ok } = await action({ argument, given, world, config, ask })
    world.out(given.flags.has('--json') ? `${JSON.stringify(value ?? {})}\n` : text)
    return code
  },
}

function actionOf(verb: string): Action {
  const action = ACTIONS.get(verb)
  if (action !== undefined) return action
  const message = verb === '' ? 'What is to be done?' : `There is no '${verb}'`
  throw new UsageError(message, `Say s-tier security and one of ${[...ACTIONS.keys()].join(', ')}.`)
}

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['report', report],
  ['rules', rules],
  ['alerts', alerts],
  ['timeline', timeline],
  ['bans', bans],
  ['ban', ban],
  ['unban', unban],
  ['heartbeat', heartbeat],
  ['replay', replay],
  ['test', testRules],
  ['verify', verify],
])
