import { type Clock, createSingleFlight } from '../../base/index.ts'
import type { NodeSource } from './node-source.ts'
import type { ReplicasRules } from './options.ts'
import type { TimedAnswer } from './primary-log.ts'

/** Asks one node again and again. */
export interface Watch {
  /** Resolves when a question that was put after this call is answered, or missed. */
  ask(): Promise<void>
  /** Puts no more questions; resolves when the last one is over. */
  stop(): Promise<void>
}

export interface WatchSetup {
  readonly source: NodeSource
  readonly clock: Clock
  readonly random: () => number
  readonly rules: Pick<ReplicasRules, 'answerTimeoutMs'>
  /** Time to the next question, in milliseconds. */
  readonly everyMs: () => number
  readonly onAnswer: (answer: TimedAnswer) => void
  /** Frozen: there was no answer in time. Otherwise it said why there is none. */
  readonly onMiss: (miss: Miss) => void
}

export interface Miss {
  readonly isFrozen: boolean
  readonly error: Error | undefined
}

/** Earlier by up to this share, so that many servers do not all ask at once. */
const JITTER = 0.1

export function createWatch(setup: WatchSetup): Watch {
  const { source, clock, random, rules, everyMs, onAnswer, onMiss } = setup
  const flight = createSingleFlight(ask)
  let cancelNext: (() => void) | undefined
  let isStopped = false
  const isOver = (): boolean => isStopped

  /** Never rejects. */
  async function ask(): Promise<void> {
    if (isOver()) return
    cancelNext?.()
    const askedAt = clock.now()
    const outcome = await inTime(source, clock, rules.answerTimeoutMs)
    if (isOver()) return
    if ('answer' in outcome) {
      onAnswer({ answer: outcome.answer, askedAt, answeredAt: clock.now() })
    } else {
      if (outcome.isFrozen) source.renew?.()
      onMiss(outcome)
    }
    cancelNext?.()
    cancelNext = clock.after(everyMs() * (1 - JITTER * random()), () => void flight.run())
  }

  return {
    ask: () => flight.run(),
    async stop() {
      isStopped = true
      cancelNext?.()
      await source.close()
      await flight.settled()
    },
  }
}

type Outcome = Pick<TimedAnswer, 'answer'> | Miss

function inTime(source: NodeSource, clock: Clock, timeoutMs: number): Promise<Outcome> {
  return new Promise(resolve => {
    const cancel = clock.after(timeoutMs, () => resolve({ isFrozen: true, error: undefined }))
    const settle = (outcome: Outcome) => {
      cancel()
      resolve(outcome)
    }
    source.ask().then(
      answer => settle({ answer }),
      (error: unknown) => settle({ isFrozen: false, error: asError(error) }),
    )
  })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
