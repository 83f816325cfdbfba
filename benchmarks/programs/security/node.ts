import { createRedis } from '../../../backend/src/capabilities/redis/index.ts'
import {
  createSecurityMonitor,
  openAlerting,
  type SecurityMonitor,
} from '../../../backend/src/capabilities/security/index.ts'

/** Begins to watch, together with others on the same Redis. */
export interface StartOrder {
  readonly kind: 'start'
  readonly node: string
  readonly redisUrl: string
  /** Alerts are posted there. */
  readonly sinkUrl: string
}

export type NodeOrder =
  /** From now on so many other events a second are told. */
  | { readonly kind: 'load'; readonly perSecond: number }
  | { readonly kind: 'fail'; readonly attempt: Attempt }
  /** When the refusal of this address was known here, by the clock that all processes share. */
  | { readonly kind: 'heard'; readonly ip: string }
  | { readonly kind: 'state' }

/** A wrong credential. */
export interface Attempt {
  readonly ip: string
  readonly user: string
  readonly credential: number
}

export interface FailReport {
  /** Before it was told, by the clock that all processes share. */
  readonly atMs: number
  readonly tookMs: number
  readonly isRefused: boolean
}

export interface NodeState {
  readonly loaded: number
  readonly isConnected: boolean
}

const SECRET = 'a secret for benchmarks only'
const TICK_MS = 20

/** Milliseconds of the machine's monotonic clock: the same in all its processes. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1_000_000
}

export async function createNode({ node, redisUrl, sinkUrl }: StartOrder) {
  const redis = createRedis({ url: redisUrl })
  const monitor = createSecurityMonitor({ mode: 'act', secret: SECRET, node, redis })
  const alerts = { sink: { kind: 'webhook', url: sinkUrl, allowPrivate: true } } as const
  const perMinuteMax = 6_000
  const alerting = await openAlerting({ alerts: { sink: { ...alerts.sink, perMinuteMax } }, node })
  const heard = new Map<string, number>()
  monitor.onAlert(alert => void alerting.tell(alert))
  monitor.onDecision(({ kind, measure: { principal } }) => {
    const { ip } = principal
    if (kind === 'began' && ip !== undefined && !heard.has(ip)) heard.set(ip, sharedNow())
  })
  await monitor.start()
  const load = new Load(monitor, node)
  return {
    carryOut(order: NodeOrder): FailReport | NodeState | number | undefined {
      switch (order.kind) {
        case 'load':
          return load.begin(order.perSecond)
        case 'fail':
          return fail(monitor, order.attempt)
        case 'heard':
          return heard.get(order.ip)
        case 'state':
          return {
            loaded: load.told,
            isConnected: monitor.report().sharing?.isConnected ?? false,
          }
      }
    },
    async stop(): Promise<void> {
      load.end()
      await monitor.stop()
      await alerting.stop()
      await redis.close()
    },
  }
}

function fail(monitor: SecurityMonitor, { ip, user, credential }: Attempt): FailReport {
  const atMs = sharedNow()
  const about = { ip, user, credentialHash: credential, route: '/rpc/login', status: 401 }
  const response = monitor.tell({ kind: 'auth.failed', atMs: Date.now(), ...about })
  return { atMs, tookMs: sharedNow() - atMs, isRefused: response.kind === 'ban' }
}

/** Failures and reads of others in turn, each of somebody who is not seen again. */
class Load {
  told = 0
  #timer: NodeJS.Timeout | undefined
  readonly #monitor: SecurityMonitor
  readonly #node: string

  constructor(monitor: SecurityMonitor, node: string) {
    this.#monitor = monitor
    this.#node = node
  }

  begin(perSecond: number): undefined {
    const beganAt = sharedNow()
    this.#timer = setInterval(() => {
      const due = ((sharedNow() - beganAt) * perSecond) / 1_000
      while (this.told < due) this.#tell(this.told++)
    }, TICK_MS)
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #tell(n: number): void {
    const ip = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`
    const who = { ip, user: `${this.#node}-${n}`, atMs: Date.now() }
    const about = { route: 'GET /orders', rows: 20, bytes: 2_000 }
    if (n % 2 === 0) this.#monitor.tell({ kind: 'read', ...who, ...about })
    else this.#monitor.tell({ kind: 'auth.failed', ...who, credentialHash: n })
  }
}
