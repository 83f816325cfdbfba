import { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel'
import CircuitBreaker from 'opossum'
import {
  type Breaker,
  createBreaker,
  type Permit,
} from '../../../backend/src/capabilities/breaker/index.ts'

export const CONTESTANTS = ['none', 'S-Tier enter', 'S-Tier run', 'opossum', 'cockatiel'] as const
export type Contestant = (typeof CONTESTANTS)[number]

/** Calls through a breaker of one of them: five failures open it, and it rests for `openForMs`. */
export type Guarded = (call: () => Promise<number>) => Promise<number>

const FAILURES = 5

export function guardedBy(contestant: Contestant, openForMs: number): Guarded {
  switch (contestant) {
    case 'none':
      return call => call()
    case 'S-Tier enter':
      return byHand(openForMs)
    case 'S-Tier run':
      return ours(openForMs)
    case 'opossum':
      return opossum(openForMs)
    case 'cockatiel':
      return cockatiel(openForMs)
  }
}

function ours(openForMs: number): Guarded {
  const breaker = createBreaker('backend', { failuresToOpen: FAILURES, openForMs })
  return call => breaker.run(call)
}

/** As the executor does it, which has no use for what else `run` can do. No breaker here looks at how long a call took. */
function byHand(openForMs: number): Guarded {
  const breaker = createBreaker('backend', { failuresToOpen: FAILURES, openForMs })
  return call => {
    const permit = breaker.enter()
    return makeCall(breaker, permit, call)
  }
}

async function makeCall(breaker: Breaker, permit: Permit, call: () => Promise<number>) {
  try {
    const result = await call()
    breaker.leave(permit, 'success', 0)
    return result
  } catch (error) {
    breaker.leave(permit, 'failure', 0)
    throw error
  }
}

/** Without its timeout, which the others do not have either and which costs it half as much again. */
function opossum(openForMs: number): Guarded {
  const breaker = new CircuitBreaker((call: () => Promise<number>) => call(), {
    ...{ timeout: false, resetTimeout: openForMs },
    ...{ volumeThreshold: FAILURES, errorThresholdPercentage: 50 },
  })
  return call => breaker.fire(call)
}

function cockatiel(openForMs: number): Guarded {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: openForMs,
    breaker: new ConsecutiveBreaker(FAILURES),
  })
  return call => breaker.execute(call)
}
