import type { Clock } from '../../../base/index.ts'

/** What hints need of Redis: `createRedis` of `s-tier/redis` fits. */
export interface HintRedis {
  publish(channel: string, message: string): Promise<unknown>
  subscribe(channel: string, onMessage: (message: string) => void): Promise<() => Promise<void>>
}

export interface CommitHintsSetup {
  readonly redis: HintRedis
  readonly channel: string
  /** Who this is, so that nobody hears himself. */
  readonly node: string
  readonly clock: Clock
  /** Another process has committed something. */
  readonly onHint: () => void
}

/** Time between two hints at least, in milliseconds: many commits are one. */
const PAUSE_MS = 5

/**
 * Tells other processes that something was committed here. A hint, nothing more: what is lost with it is time, since all of them
 * look into the journal by themselves.
 */
export class CommitHints {
  readonly #setup: CommitHintsSetup
  #subscription: Promise<() => Promise<void>> | undefined
  #isPausing = false
  #isDue = false

  constructor(setup: CommitHintsSetup) {
    this.#setup = setup
  }

  start(): void {
    const { redis, channel, node, onHint } = this.#setup
    this.#subscription ??= redis.subscribe(channel, from => {
      if (from !== node) onHint()
    })
  }

  tell(): void {
    this.#isDue = true
    if (!this.#isPausing) this.#send()
  }

  async stop(): Promise<void> {
    const unsubscribe = await this.#subscription
    this.#subscription = undefined
    await unsubscribe?.()
  }

  #send(): void {
    this.#isPausing = this.#isDue
    if (!this.#isDue) return
    this.#isDue = false
    const { redis, channel, node, clock } = this.#setup
    redis.publish(channel, node).catch(() => undefined)
    clock.after(PAUSE_MS, () => this.#send())
  }
}
