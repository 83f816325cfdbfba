import { strict as assert } from 'node:assert'
import {
  noneOfEach,
  type PerClass,
  POOL_CLASSES,
  type PoolClass,
} from '../../../src/capabilities/pool/classes.ts'
import { POOL_DEFAULTS, type PoolOptions } from '../../../src/capabilities/pool/options.ts'
import { Shares } from '../../../src/capabilities/pool/shares.ts'
import { createFakePool, type FakePool, settled } from './fake-pool.ts'
import { SERVER_FULL } from './fake-server.ts'

export interface Asked {
  readonly kind: PoolClass
  readonly tenant: string
  readonly leavesNoTrace: boolean
  readonly deadlineMs: number | undefined
}

/** One call of `use`, as it looks from outside. */
interface Call extends Asked {
  readonly number: number
  readonly signal: { aborted: boolean }
  processId: number | undefined
  answers: number
  finish: ((error?: Error) => void) | undefined
}

const ACQUIRE_TIMEOUT_MS = 3_000

/** A pool, everything that was asked of it, and what must hold whatever happens. */
export class PoolWorld {
  readonly fake: FakePool
  readonly calls: Call[] = []
  readonly #sizeMax: number
  #limit = Number.POSITIVE_INFINITY
  #fills: Promise<unknown>[] = []
  readonly #wrongs: string[] = []

  constructor(rules: PoolOptions) {
    const options = { ...rules, acquireTimeoutMs: ACQUIRE_TIMEOUT_MS, keepaliveMs: 700 }
    this.fake = createFakePool({ ...options, idleTimeoutMs: 1_500, lifetimeMs: 20_000 })
    this.#sizeMax = rules.sizeMax ?? 100
    this.fake.server.onBegin = () => this.#verifyBegin()
  }

  use(asked: Asked): void {
    const signal = { aborted: false }
    const { kind, tenant, leavesNoTrace, deadlineMs } = asked
    const { length: number } = this.calls
    const call: Call = {
      ...asked,
      number,
      signal,
      processId: undefined,
      answers: 0,
      finish: undefined,
    }
    this.calls.push(call)
    const deadline = deadlineMs === undefined ? undefined : this.fake.clock.now() + deadlineMs
    const used = this.fake.pool.use(connection => this.#hold(call, connection.processId), {
      class: kind,
      tenant,
      leavesNoTrace,
      signal,
      deadline,
    })
    const answered = () => {
      call.answers++
      call.finish = undefined
    }
    used.then(answered, answered)
  }

  finish(at: number, error?: Error): void {
    const held = this.calls.filter(({ finish }) => finish !== undefined)
    held[at % Math.max(1, held.length)]?.finish?.(error)
  }

  abort(at: number): void {
    const waiting = this.#waiting()
    const call = waiting[at % Math.max(1, waiting.length)]
    if (call !== undefined) call.signal.aborted = true
  }

  refuse(): void {
    this.fake.server.refuse()
  }

  refuseAsFull(): void {
    this.fake.server.refuse(SERVER_FULL)
  }

  lose(at: number): void {
    const { alive } = this.fake.server
    alive[at % Math.max(1, alive.length)]?.lose()
  }

  /** Its next clean or sign of life fails. */
  spoil(at: number): void {
    const { alive } = this.fake.server
    const member = alive[at % Math.max(1, alive.length)]
    if (member !== undefined) member.isFit = false
  }

  /** Cleaning takes its time from now on, or is done at once again. */
  slowDown(isSlow: boolean): void {
    this.fake.server.isSlow = isSlow
    if (!isSlow) this.fake.server.finishChores()
  }

  aim(size: number): void {
    this.fake.sizer.told = Math.min(size, this.#sizeMax)
  }

  limit(size: number): void {
    this.#limit = size
    this.fake.pool.limit(size, 'test')
  }

  evict(isNow: boolean): void {
    this.fake.pool.evict(new Error('evicted'), isNow ? 'now' : 'when-free')
  }

  fill(): void {
    this.#fills.push(this.fake.pool.fill().catch((error: unknown) => error))
  }

  async settle(): Promise<void> {
    await settled()
  }

  verify(): void {
    const { pool, server } = this.fake
    const stats = pool.stats()
    assert.equal(stats.size, server.alive.length, 'every open connection is known, and no other')
    assert.equal(stats.connecting, server.openings.length, 'so is every one under way')
    assert.ok(stats.size + stats.connecting <= this.#sizeMax, 'never more than sizeMax')
    assert.equal(stats.waiting, this.#waiting().length, 'whoever waits is counted')
    assert.ok(stats.idle <= stats.size)
    assert.deepEqual(this.#wrongs, [], 'nothing is opened above the limit')
    this.#verifyHolders()
    this.#verifyOrder()
    this.#verifyIdle()
  }

  /** Ends the pool, and sees that everybody is answered and everything closed. */
  async end(): Promise<void> {
    const { pool, server, clock } = this.fake
    const ending = pool.end(500)
    let isEnded = false
    void ending.then(() => {
      isEnded = true
    })
    await settled()
    for (const { finish } of this.calls) finish?.()
    this.slowDown(false)
    server.accept(Number.POSITIVE_INFINITY)
    await settled()
    clock.advance(1_000)
    await settled()
    assert.ok(isEnded, 'it ends')
    for (const { answers } of this.calls) assert.equal(answers, 1, 'everybody is answered once')
    assert.equal(server.alive.length, 0, 'nothing stays open')
    assert.equal(pool.stats().size, 0)
    await Promise.all(this.#fills)
    clock.advance(60_000)
    assert.equal(server.openings.length, 0, 'and nothing is opened afterwards')
  }

  #hold(call: Call, processId: number): Promise<void> {
    assert.equal(call.processId, undefined, 'it is served once')
    assert.ok(!this.calls.some(each => each.finish !== undefined && each.processId === processId))
    call.processId = processId
    return new Promise((resolve, reject) => {
      call.finish = error => {
        call.finish = undefined
        if (error === undefined) resolve()
        else reject(error)
      }
    })
  }

  /** The one that begins is counted. */
  #verifyBegin(): void {
    const { size, connecting } = this.fake.pool.stats()
    if (size + connecting <= Math.min(this.#sizeMax, this.#limit)) return
    this.#wrongs.push(`${size} open and ${connecting} under way, at a limit of ${this.#limit}`)
  }

  #waiting(): readonly Call[] {
    return this.calls.filter(({ processId, answers }) => processId === undefined && answers === 0)
  }

  /** Nobody waits beside a free connection that he may have. */
  #verifyIdle(): void {
    const stats = this.fake.pool.stats()
    if (stats.idle === 0) return
    const of = (what: 'busy' | 'waiting'): PerClass => {
      const counts = noneOfEach()
      for (const kind of POOL_CLASSES) counts[kind] = stats.classes[kind][what]
      return counts
    }
    const next = new Shares(POOL_DEFAULTS).next({
      ...stats,
      held: of('busy'),
      waiting: of('waiting'),
    })
    assert.equal(next, undefined, 'whoever may have a free connection has it')
  }

  #verifyHolders(): void {
    const held = this.calls.filter(({ finish }) => finish !== undefined)
    const processes = new Set(held.map(({ processId }) => processId))
    assert.equal(processes.size, held.length, 'no connection has two callers')
  }

  /** Of one class and tenant, nobody is served while somebody who came before still waits. */
  #verifyOrder(): void {
    for (const waiting of this.#waiting()) {
      const overtook = this.calls.some(
        ({ number, kind, tenant, processId }) =>
          number > waiting.number &&
          processId !== undefined &&
          kind === waiting.kind &&
          tenant === waiting.tenant,
      )
      assert.ok(!overtook, 'first come, first served')
    }
  }
}
