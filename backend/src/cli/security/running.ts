import type { SecurityFacts } from '../../api/admin/index.ts'
import {
  type Alert,
  bannedNetworks,
  type ChainRecord,
  type Measure,
} from '../../capabilities/security/index.ts'
import { valueOf } from '../command.ts'
import { UsageError } from '../usage-error.ts'
import type { Asked, Told } from './action.ts'
import { momentOf, shownAlerts, shownBans, shownChannels, shownRules } from './shown.ts'

interface Report extends Partial<SecurityFacts> {
  readonly isEnabled: boolean
  readonly advice: readonly string[]
}

export async function report({ ask, world }: Asked): Promise<Told> {
  const value = (await ask('GET', '/metrics/security')) as Report
  const { noticed, alerting, advice } = value
  const lines = advice.map(line => `- ${line}\n`).join('')
  if (!noticed || !alerting) return { text: lines, value }
  const text = [
    shownRules(noticed.rules.filter(({ found }) => found > 0)),
    `\n${shownBans(noticed.measures.latest, world.clock.epochMs())}`,
    `\n${shownChannels(alerting.channels)}`,
    lines && `\n${lines}`,
  ]
  return { text: text.join(''), value }
}

export async function rules({ ask }: Asked): Promise<Told> {
  const { noticed } = (await ask('GET', '/metrics/security')) as Report
  const value = noticed?.rules ?? []
  return { text: noticed ? shownRules(value) : 'Nothing is watched\n', value }
}

export async function alerts({ ask, given }: Asked): Promise<Told> {
  const { alerts: all } = (await ask('GET', '/security/alerts')) as { alerts: readonly Alert[] }
  const [ip, user] = [valueOf(given, '--ip'), valueOf(given, '--user')]
  const value = all.filter(
    ({ principal }) =>
      (ip === undefined || principal.ip === ip) && (user === undefined || principal.user === user),
  )
  return { text: shownAlerts(value), value }
}

export async function timeline({ ask, given }: Asked): Promise<Told> {
  const query = new URLSearchParams()
  for (const name of ['ip', 'user']) {
    const value = valueOf(given, `--${name}`)
    if (value !== undefined) query.set(name, value)
  }
  const answer = await ask('GET', `/security/timeline?${query.toString()}`)
  const { records: value } = answer as { records: readonly ChainRecord[] }
  const lines = value.map(({ atMs, kind, node, body }) => {
    const { rule, summary, reason, by } = body as Readonly<Record<string, string | undefined>>
    const words = [
      momentOf(atMs),
      kind,
      rule,
      summary ?? reason ?? (by && `by ${by}`),
      `at ${node}`,
    ]
    return `${words.filter(Boolean).join('  ')}\n`
  })
  return { text: lines.length === 0 ? 'Nothing was found or done\n' : lines.join(''), value }
}

/** `export`: as networks alone, for what stands in front. */
export async function bans({ argument, ask, given, world }: Asked): Promise<Told> {
  if (argument !== undefined && argument !== 'export') {
    throw new UsageError(`Bans have no '${argument}'`, 'Say s-tier security bans, or bans export.')
  }
  const { bans: value } = (await ask('GET', '/security/bans')) as { bans: readonly Measure[] }
  if (argument === 'export') {
    const networks = bannedNetworks(value, { withLogin: given.flags.has('--login') })
    return { text: networks.map(network => `${network}\n`).join(''), value: networks }
  }
  return { text: shownBans(value, world.clock.epochMs()), value }
}

export async function ban({ ask, given, world }: Asked): Promise<Told> {
  const [ip, user] = [valueOf(given, '--ip'), valueOf(given, '--user')]
  if (ip === undefined) {
    throw new UsageError('Who is to be refused?', 'Name an address: s-tier security ban --ip …')
  }
  const [forMs = '1h', reason] = [valueOf(given, '--for'), valueOf(given, '--reason')]
  const value = await ask('POST', '/security/bans', { ip, user, forMs, reason })
  return { text: shownBans([value as Measure], world.clock.epochMs()), value }
}

export async function unban({ argument, ask }: Asked): Promise<Told> {
  if (argument === undefined) {
    throw new UsageError('Which one?', 'Give the id that s-tier security bans tells.')
  }
  await ask('DELETE', `/security/bans/${encodeURIComponent(argument)}`)
  return { text: `Undone: ${argument}\n`, value: { undone: argument } }
}

export async function heartbeat({ ask }: Asked): Promise<Told> {
  await ask('POST', '/security/heartbeat')
  return { text: 'Each channel is sent a heartbeat: s-tier security report says which arrived\n' }
}
