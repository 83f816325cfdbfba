import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { guardProcess } from '../support/process-guard.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import type { AskerSetup, Stretch, Told } from './asker.ts'
import type { NodeTold } from './node-process.ts'

const PROGRAM = fileURLToPath(new URL('node-process.ts', import.meta.url))
/** By how much clocks are wrong: half a minute, and ten times as much as a bad one goes wrong in a second. */
const CLOCKS = [
  { skewMs: 0, drift: 0 },
  { skewMs: 30_000, drift: 0 },
  { skewMs: -30_000, drift: 0 },
  { skewMs: 0, drift: 0.001 },
]

export type Kind = 'exact' | 'leased'

/** What is known of a limiter of a node. */
export class Known {
  last: Told | undefined = undefined
  readonly admitted: Stretch[] = []
  readonly lost: Stretch[] = []

  hear(told: Told): void {
    this.last = told
    this.admitted.push(...told.admitted)
    this.lost.push(...told.lost)
  }
}

export interface LimiterNode {
  readonly network: FaultProxy
  readonly exact: Known
  readonly leased: Known
  readonly once: number | undefined
  readonly log: string
  say(line: 'ask' | 'rest' | 'once'): void
  freeze(): void
  thaw(): void
  /** Resolves with its exit code. */
  stop(): Promise<number | null>
}

export interface LimiterFleet {
  readonly redis: TestRedis
  readonly nodes: readonly LimiterNode[]
  stop(): Promise<void>
}

type FleetSetup = Pick<AskerSetup, 'limit' | 'windowMs' | 'commandTimeoutMs'>

/** Four processes with a clock each that is not right, before one Redis, each with a network of its own. */
export async function startLimiterFleet(setup: FleetSetup): Promise<LimiterFleet> {
  const redis = await startRedis()
  const nodes: LimiterNode[] = []
  for (const clock of CLOCKS) {
    const network = await startFaultProxy({ host: '127.0.0.1', port: redis.port })
    nodes.push(startNode(network, { url: network.urlFor(redis.url), ...setup, ...clock }))
  }
  return {
    redis,
    nodes,
    async stop() {
      redis.thaw()
      await Promise.all(nodes.map(node => node.stop()))
      await Promise.all(nodes.map(({ network }) => network.stop()))
      await redis.stop()
    },
  }
}

function startNode(
  network: FaultProxy,
  setup: Omit<AskerSetup, 'name' | 'leaseShareMax'>,
): LimiterNode {
  const given = ['--import', import.meta.resolve('tsx'), PROGRAM, JSON.stringify(setup)]
  const child = spawn(process.execPath, given, {
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.once('exit', guardProcess(child.pid ?? 0, join(tmpdir(), 's-tier-no-folder')))
  child.stdin.on('error', () => undefined) // It has ended, and its log says why.
  const exact = new Known()
  const leased = new Known()
  let asked: number | undefined
  let log = ''
  createInterface({ input: child.stdout }).on('line', line => {
    const told = JSON.parse(line) as NodeTold
    exact.hear(told.exact)
    leased.hear(told.leased)
    asked = told.once
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  return {
    ...{ network, exact, leased },
    get once() {
      return asked
    },
    get log() {
      return log
    },
    say: line => void child.stdin.write(`${line}\n`),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop: () => ended(child),
  }
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exit = once(child, 'close')
  child.kill('SIGCONT')
  child.stdin?.end()
  await exit
  return child.exitCode
}

/** All that any of them was admitted. */
export function admittedBy({ nodes }: LimiterFleet, kind: Kind): readonly Stretch[] {
  return nodes.flatMap(node => node[kind].admitted)
}

/** When it did not go by the shared counters alone. */
export function lostBy({ lost, last }: Known): readonly Stretch[] {
  return last?.lostAt === undefined ? lost : [...lost, [last.lostAt, Infinity] as const]
}
