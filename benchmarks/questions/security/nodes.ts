import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '../../../backend/tests/support/redis.ts'
import { startWorker, type Worker } from '../../harness/worker.ts'
import type { SecurityOrder } from '../../programs/security.ts'
import {
  type Attempt,
  type FailReport,
  type NodeState,
  sharedNow,
} from '../../programs/security/node.ts'
import { type Sink, startSink } from './sink.ts'

export const NODES = 4
const LOAD_PER_SECOND = 1_000
/** Until what is to be measured has warmed up. */
const SETTLE_MS = 2_000
const POLL_MS = 2

/** Processes that watch together, told of a thousand other things a second in all. */
export class Nodes {
  readonly redis: Awaited<ReturnType<typeof startRedis>>
  readonly sink: Sink
  readonly #workers: readonly Worker<SecurityOrder>[]

  constructor(redis: Nodes['redis'], sink: Sink, workers: readonly Worker<SecurityOrder>[]) {
    this.redis = redis
    this.sink = sink
    this.#workers = workers
  }

  async start(): Promise<void> {
    await this.#all((worker, index) => {
      const order = { kind: 'start', node: `node-${index}`, redisUrl: this.redis.url } as const
      return worker.ask({ ...order, sinkUrl: this.sink.url })
    })
    await this.until(() => this.areConnected(true), 10_000)
    await this.#all(worker => worker.ask({ kind: 'load', perSecond: LOAD_PER_SECOND / NODES }))
    await sleep(SETTLE_MS)
  }

  fail(node: number, attempt: Attempt): Promise<FailReport> {
    const worker = this.#workers[node % NODES] as Worker<SecurityOrder>
    return worker.ask<FailReport>({ kind: 'fail', attempt })
  }

  /** When the refusal of the address was known at each. */
  heard(ip: string): Promise<readonly (number | undefined)[]> {
    return this.#all(worker => worker.ask<number | undefined>({ kind: 'heard', ip }))
  }

  async areConnected(wanted: boolean): Promise<boolean> {
    const states = await this.states()
    return states.every(({ isConnected }) => isConnected === wanted)
  }

  states(): Promise<readonly NodeState[]> {
    return this.#all(worker => worker.ask<NodeState>({ kind: 'state' }))
  }

  /** How long it took, in milliseconds; infinitely long where it is not so in time. */
  async until(isSo: () => Promise<boolean>, patienceMs: number): Promise<number> {
    const beganAt = sharedNow()
    while (!(await isSo())) {
      if (sharedNow() - beganAt > patienceMs) return Number.POSITIVE_INFINITY
      await sleep(POLL_MS)
    }
    return sharedNow() - beganAt
  }

  #all<Result>(ask: (worker: Worker<SecurityOrder>, index: number) => Promise<Result>) {
    return Promise.all(this.#workers.map(ask))
  }
}

export async function withNodes<Result>(use: (nodes: Nodes) => Promise<Result>): Promise<Result> {
  const redis = await startRedis()
  const sink = await startSink()
  const workers = Array.from({ length: NODES }, () => startWorker<SecurityOrder>('security', {}))
  try {
    const nodes = new Nodes(redis, sink, workers)
    await nodes.start()
    return await use(nodes)
  } finally {
    await Promise.all(workers.map(worker => worker.stop()))
    await sink.stop()
    await redis.stop()
  }
}
