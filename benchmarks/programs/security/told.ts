import type { SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'

/** What can be told in a benchmark. */
export const TOLD_KINDS = [
  'read',
  'read by key',
  'auth.passed',
  'auth.failed',
  'access.denied',
  'route.unknown',
] as const
export type ToldKind = (typeof TOLD_KINDS)[number]

/** One user at one address, with texts that were made before anything is measured. */
export interface Caller {
  readonly ip: string
  readonly user: string
  readonly token: number
}

export function callers(count: number): readonly Caller[] {
  return Array.from({ length: count }, (_, at) => {
    const ip = `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`
    return { ip, user: `user-${at}`, token: at * 67_108_859 + 17 }
  })
}

const AGENT = 4_711
const KEYS = Array.from({ length: 5_000 }, (_, at) => String((at * 7_919) % 100_003))

/** An event as the server would tell it. All have the same fields in the same order, as there. */
export class Told implements SecurityEvent {
  readonly kind: SecurityEvent['kind']
  readonly atMs: number
  readonly ip: string
  readonly user: string
  readonly role = 'authenticated'
  readonly route = 'GET /orders'
  readonly status = 200
  readonly credentialHash: number | undefined
  readonly tokenHash: number
  readonly agentHash = AGENT
  readonly name = 'orders'
  readonly key: string | undefined
  readonly sought: string | undefined
  readonly rows = 20
  readonly bytes = 2_000

  constructor(kind: ToldKind, { ip, user, token }: Caller, atMs: number, turn: number) {
    const isByKey = kind === 'read by key'
    this.kind = isByKey ? 'read' : kind
    this.atMs = atMs
    this.ip = ip
    this.user = user
    this.tokenHash = token
    this.credentialHash = kind === 'auth.failed' ? token : undefined
    this.key = isByKey ? 'orders.id' : undefined
    this.sought = isByKey ? KEYS[turn % KEYS.length] : undefined
  }
}
