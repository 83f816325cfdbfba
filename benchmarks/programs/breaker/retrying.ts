import {
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry as cockatielRetry,
  wrap,
} from 'cockatiel'
import { systemClock } from '../../../backend/src/base/index.ts'
import {
  createBreaker,
  createRetryBudget,
  retry,
} from '../../../backend/src/capabilities/breaker/index.ts'

/** Ways to call that try again after a failure. opossum has none. */
export const CALL_WAYS = [
  'S-Tier retries',
  'S-Tier run',
  'cockatiel retries',
  'cockatiel retries around breaker',
] as const
export type CallWay = (typeof CALL_WAYS)[number]

type Call = () => Promise<never>

const RETRIES = 3
const [PAUSE_MS, PAUSE_MS_MAX] = [5, 50]
const OPEN_FOR_MS = 60_000

/** Each turns a call that fails into one that is tried again. */
export const CALLS: Readonly<Record<CallWay, (call: Call) => Call>> = {
  'S-Tier retries'(call) {
    const budget = createRetryBudget({ clock: systemClock })
    return () => retry(call, { ...ourRules, budget })
  },
  'S-Tier run'(call) {
    const breaker = createBreaker('backend', { openForMs: OPEN_FOR_MS })
    return () => breaker.run(call, { retry: ourRules })
  },
  'cockatiel retries'(call) {
    const retries = theirRetries()
    return () => retries.execute(call)
  },
  'cockatiel retries around breaker'(call) {
    const breaker = new ConsecutiveBreaker(5)
    const policy = wrap(
      theirRetries(),
      circuitBreaker(handleAll, { halfOpenAfter: OPEN_FOR_MS, breaker }),
    )
    return () => policy.execute(call)
  },
}

const ourRules = {
  isSafe: () => true,
  ...{ triesMax: 1 + RETRIES, pauseMs: PAUSE_MS, pauseMsMax: PAUSE_MS_MAX },
}

function theirRetries() {
  const backoff = new ExponentialBackoff({ initialDelay: PAUSE_MS, maxDelay: PAUSE_MS_MAX })
  return cockatielRetry(handleAll, { maxAttempts: RETRIES, backoff })
}
