import type { SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'

/** Who watches the same traffic as the others, each in its own form. */
export interface Observer {
  readonly name: string
  watch(events: readonly SecurityEvent[]): Promise<Verdict>
}

export interface Verdict {
  /** Of what is installed, with its name. */
  readonly version?: readonly [string, string]
  readonly findings: readonly Finding[]
  readonly bans: readonly Ban[]
}

/** Somebody was found. */
export interface Finding {
  readonly atMs: number
  /** How many events there had been, the last one included. */
  readonly afterEvents: number
  /** The rule, jail or scenario. */
  readonly by: string
  /** What would be done about it. */
  readonly done: string
  readonly wakes: boolean
}

/** Whose requests would be refused, and how long. */
export interface Ban {
  readonly sinceMs: number
  readonly untilMs: number
  readonly ip: string | undefined
  readonly user: string | undefined
  readonly token: number | undefined
  /** Only attempts to be let in are refused. */
  readonly isOfLogins: boolean
}

/** Of everything that comes from an address: firewalls know no users. */
export function banOf(ip: string, sinceMs: number, forMs: number): Ban {
  const all = { user: undefined, token: undefined, isOfLogins: false }
  return { ip, sinceMs, untilMs: sinceMs + forMs, ...all }
}

/** Which of these requests would have been refused. */
export function refused(
  events: readonly SecurityEvent[],
  bans: readonly Ban[],
): readonly SecurityEvent[] {
  return events.filter(event => bans.some(ban => isRefused(event, ban)))
}

function isRefused(event: SecurityEvent, ban: Ban): boolean {
  const { ip, user, token, sinceMs, untilMs, isOfLogins } = ban
  return (
    event.atMs > sinceMs &&
    event.atMs <= untilMs &&
    (ip === undefined || ip === event.ip) &&
    (user === undefined || user === event.user) &&
    (token === undefined || token === event.tokenHash) &&
    (!isOfLogins || event.kind.startsWith('auth.'))
  )
}
