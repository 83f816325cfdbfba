import { ignoreEvents, type Observer, option, systemClock } from '../../base/index.ts'
import { AdaptivePool } from './adaptive-pool.ts'
import { PooledConnection } from './connection.ts'
import type { PoolEvent } from './events.ts'
import { openClient } from './open-client.ts'
import { POOL_CHECKS, POOL_DEFAULTS, type PoolOptions, type PoolRules } from './options.ts'
import { Preparing } from './preparing.ts'
import { createSizer } from './sizing/sizer.ts'
import { placeOf } from './target.ts'
import type { Pool, PoolSetup } from './types.ts'

/** A pool of connections to one server. Opens none before the first is wanted. Throws ST001 for a wrong option. */
export function createPool({ target, name, observe, clock, random, ...options }: PoolSetup): Pool {
  const rules = rulesOf(options)
  const time = clock ?? systemClock
  const now = () => time.now()
  const tell = named(name, observe ?? ignoreEvents)
  const chance = random ?? Math.random
  const preparing = new Preparing({ isOn: rules.prepare, now, observe: tell })
  return new AdaptivePool({
    name: name ?? placeOf(target),
    rules,
    clock: time,
    random: chance,
    observe: tell,
    sizer: createSizer(rules, rules.sizeMin, chance),
    preparing,
    async open(onWatched, signal) {
      const client = await openClient(target, rules.connectTimeoutMs, signal)
      return new PooledConnection({ client, target, ...rules, preparing, now, onWatched })
    },
  })
}

/** `sizeMin` gives way to `sizeMax`, which alone may have been given. */
function rulesOf(options: PoolOptions): PoolRules {
  const rules = option.settled('pool', options, POOL_CHECKS, POOL_DEFAULTS)
  return { ...rules, sizeMin: Math.min(rules.sizeMin, rules.sizeMax) }
}

function named(name: string | undefined, observe: Observer<PoolEvent>): Observer<PoolEvent> {
  return name === undefined ? observe : event => observe({ ...event, node: name })
}
