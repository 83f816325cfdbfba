import { createHash, timingSafeEqual } from 'node:crypto'
import { type Clock, ignoreEvents, type Observer, systemClock } from '../../base/index.ts'
import { TOKEN_LENGTH_MIN } from './chaos-options.ts'
import { ChaosError, ChaosRefusedError } from './errors.ts'
import type { BreakerEvent } from './events.ts'
import { checkBounds, type Experiment, type ExperimentStatus } from './experiment.ts'
import { pause, until } from './pause.ts'
import type { Call } from './timed-call.ts'

/** Experiments with what depends on others: does the rest keep working? */
export interface Chaos {
  /** Begins one and returns its id. Throws ST508 where chaos is not enabled, or the token is wrong. */
  start(experiment: Experiment, token: string): string
  /** Ends one before its time, or all. */
  stop(id?: string): void
  /**
   * What is going on for this target: undefined when nothing is. It rejects where the call is to fail, and with the reason of
   * the signal.
   */
  disturb(target: string, signal?: AbortSignal): Promise<void> | undefined
  /** The call with what is going on put before it. Where chaos is not enabled it is the call itself. */
  wrap<T>(target: string, call: Call<T>): Call<T>
  status(): { readonly isEnabled: boolean; readonly experiments: readonly ExperimentStatus[] }
}

export interface ChaosSetup {
  /** The option. Default false. */
  readonly isEnabled?: boolean
  /** The second key, from the environment: without it, or with fewer than 16 characters, chaos stays off. */
  readonly token?: string | undefined
  /** Default: the machine's. */
  readonly clock?: Clock
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number
  readonly observe?: Observer<BreakerEvent>
}

interface Running {
  readonly id: string
  readonly experiment: Experiment
  readonly probability: number
  readonly endsAt: number
  readonly ended: AbortController
  hits: number
}

/** Two keys are needed, and each experiment has an end, so that none is begun or forgotten by accident. */
export function createChaos(setup: ChaosSetup = {}): Chaos {
  const { clock = systemClock, random = Math.random, observe = ignoreEvents, token } = setup
  const isEnabled = setup.isEnabled === true && (token?.length ?? 0) >= TOKEN_LENGTH_MIN
  const running = new Map<string, Running>()
  let started = 0

  function end(id: string): void {
    const one = running.get(id)
    if (one === undefined) return
    running.delete(id)
    one.ended.abort()
    observe({ kind: 'breaker.chaos-ended', id })
  }

  async function suffer(target: string, signal: AbortSignal | undefined): Promise<void> {
    for (const one of running.values()) {
      if (one.experiment.target !== target && one.experiment.target !== '*') continue
      if (random() >= one.probability) continue
      one.hits++
      await inflict(one, target, signal)
    }
  }

  function inflict(
    { experiment: { fault }, ended }: Running,
    target: string,
    signal: AbortSignal | undefined,
  ): Promise<void> | undefined {
    switch (fault.kind) {
      case 'error':
        throw fault.error?.(target) ?? new ChaosError(target)
      case 'latency':
        return pause(clock, fault.latencyMs + random() * (fault.jitterMs ?? 0), signal)
      case 'freeze':
        return until(ended.signal, signal)
    }
  }

  function disturb(target: string, signal?: AbortSignal): Promise<void> | undefined {
    return running.size === 0 ? undefined : suffer(target, signal)
  }

  return {
    disturb,
    start(experiment, given) {
      if (!isEnabled || token === undefined) throw new ChaosRefusedError(OFF, HOW)
      if (!isSame(given, token)) throw new ChaosRefusedError('The token of chaos is wrong', HOW)
      const { target, fault, forMs, probability = 1 } = experiment
      checkBounds(experiment, running.size)
      const id = `chaos-${++started}`
      const ended = new AbortController()
      const endsAt = clock.epochMs() + forMs
      running.set(id, { id, experiment, probability, endsAt, ended, hits: 0 })
      const cancelTimer = clock.after(forMs, () => end(id))
      ended.signal.addEventListener('abort', cancelTimer)
      observe({ kind: 'breaker.chaos-began', id, fault: fault.kind, target, forMs })
      return id
    },
    stop(id) {
      for (const each of id === undefined ? [...running.keys()] : [id]) end(each)
    },
    wrap(target, call) {
      if (!isEnabled) return call
      return async signal => {
        await disturb(target, signal)
        return call(signal)
      }
    },
    status: () => ({ isEnabled, experiments: [...running.values()].map(statusOf) }),
  }
}

const OFF = 'Chaos is not enabled'
const HOW = `Enable it, and give the server a token of ${TOKEN_LENGTH_MIN} characters or more.`

/** In the same time however much of it is right. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [given, token].map(text => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

function statusOf({ id, experiment, probability, endsAt, hits }: Running): ExperimentStatus {
  const { target, fault } = experiment
  return { id, target, fault: fault.kind, probability, endsAt, hits }
}
