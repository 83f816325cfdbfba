import type { Clock } from '../../base/index.ts'
import {
  BreakerOpenError,
  BreakerThrottledError,
  BreakerWarmingError,
  type RefusedError,
  withoutStack,
} from './errors.ts'
import type { Gate, Permit, Refusal } from './gate.ts'
import type { BreakerRules } from './options.ts'

/** The way into a gate: at once, after a short wait, or not. */
export interface Admissions {
  /** Throws ST501, ST504 or ST505. */
  enter(): Permit
  /** What `enter` would throw; undefined when the gate may admit. Throwing costs as much as all the rest. */
  ask(): RefusedError | undefined
  /** Waits for its turn in a slow start, where the options let it; a promise only then. Throws, or rejects, as `enter`. */
  enterSoon(wait?: Wait): Permit | Promise<Permit>
  /** Looks who of those who wait may come in now, or never. */
  review(): void
  waiting(): number
  /** Refused since the start. */
  refused(): number
}

export interface Wait {
  /** When it is over at the latest, on the breaker's clock. */
  readonly deadline?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface AdmissionsSetup {
  readonly name: string
  readonly rules: BreakerRules
  readonly clock: Clock
  readonly gate: Gate
}

interface Waiter {
  readonly admit: () => void
  readonly reject: (error: Error) => void
}

export function createAdmissions({ name, rules, clock, gate }: AdmissionsSetup): Admissions {
  const waiters = new Set<Waiter>()
  let refused = 0

  function refuse(why: Refusal): RefusedError {
    refused++
    return withoutStack(() => errorOf(why))
  }

  function errorOf(why: Refusal): RefusedError {
    switch (why) {
      case 'open':
        return new BreakerOpenError(name, gate.retryAfterMs(), isolatedBy(gate.isolatedWhy()))
      case 'warming':
        return new BreakerWarmingError(name, gate.retryAfterMs())
      case 'throttled':
        return new BreakerThrottledError(name)
    }
  }

  function wait({ deadline = Number.POSITIVE_INFINITY, signal }: Wait): Promise<Permit> {
    const forMs = Math.min(rules.queueForMs, deadline - clock.now())
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiters.delete(waiter)
        cancelTimer()
        signal?.removeEventListener('abort', giveUp)
      }
      const waiter: Waiter = {
        admit() {
          leave()
          resolve(gate.admit())
        },
        reject(error) {
          leave()
          reject(error)
        },
      }
      const giveUp = (): void => waiter.reject(signal?.reason as Error)
      const cancelTimer = clock.after(forMs, () => waiter.reject(refuse('warming')))
      signal?.addEventListener('abort', giveUp)
      waiters.add(waiter)
    })
  }

  function ask(): RefusedError | undefined {
    const why = gate.isPlain() ? undefined : gate.refusal()
    return why && refuse(why)
  }

  return {
    ask,
    enter() {
      const refusal = ask()
      if (refusal !== undefined) throw refusal
      return gate.admit()
    },
    enterSoon(options = {}) {
      const why = gate.isPlain() ? undefined : gate.refusal()
      if (why === undefined) return gate.admit()
      if (why !== 'warming' || waiters.size >= rules.queueMax) throw refuse(why)
      options.signal?.throwIfAborted()
      return wait(options)
    },
    review() {
      for (const waiter of waiters) {
        const why = gate.refusal()
        if (why === 'warming') return
        if (!waiters.has(waiter)) continue // The gate has changed meanwhile, and told us so.
        if (why === undefined) waiter.admit()
        else waiter.reject(refuse(why))
      }
    },
    waiting: () => waiters.size,
    refused: () => refused,
  }
}

function isolatedBy(why: string | undefined): string | undefined {
  return why === undefined ? undefined : `Isolated: ${why}`
}
