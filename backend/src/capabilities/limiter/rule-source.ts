import { type Clock, ignoreEvents, type Observer, systemClock } from '../../base/index.ts'
import type { LimiterEvent } from './events.ts'
import type { LimitRules } from './types.ts'

const EVERY_MS = 1_000

export interface RuleSourceSetup {
  /** All rules, as they are now. */
  readonly read: () => Promise<LimitRules>
  /** Called with all rules whenever one is another than before. Throws what is wrong with them: then the ones before stay. */
  readonly apply: (rules: LimitRules) => void
  /** Wait after each look, in milliseconds. Default 1_000. */
  readonly everyMs?: number
  readonly clock?: Clock
  readonly observe?: Observer<LimiterEvent>
}

/** Follows rules that are kept elsewhere, such as in a table. */
export interface RuleSource {
  /** Resolves after the first look, whatever came of it. */
  start(): Promise<void>
  /** Looks at once, not only when it is time. */
  look(): Promise<void>
  stop(): void
}

/** What cannot be read, or is wrong, changes nothing: it is told once, and looked at again. */
export function createRuleSource(setup: RuleSourceSetup): RuleSource {
  const { read, apply, everyMs = EVERY_MS, clock = systemClock, observe = ignoreEvents } = setup
  let applied: string | undefined
  let told: string | undefined
  let isStopped = false
  let looking: Promise<void> | undefined
  let cancel = (): void => undefined

  async function follow(): Promise<void> {
    try {
      const rules = await read()
      const text = JSON.stringify(rules)
      if (text !== applied && !isStopped) apply(rules)
      applied = text
      told = undefined
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (message !== told) observe({ kind: 'limiter.rules-unread', error })
      told = message
    }
  }

  /** One look at a time. */
  function look(): Promise<void> {
    looking ??= follow().finally(() => {
      looking = undefined
      cancel()
      if (!isStopped) cancel = clock.after(everyMs, () => void look())
    })
    return looking
  }

  return {
    start: look,
    look,
    stop() {
      isStopped = true
      cancel()
    },
  }
}
