import { ignoreEvents, type Observer, option, systemClock } from '../../base/index.ts'
import { AdaptivePool } from './adaptive-pool.ts'
import { PooledConnection } from './connection.ts'
import type { PoolEvent } from './events.ts'
import { openClient } from './open-client.ts'
import { POOL_CHECKS, POOL_DEFAULTS, type PoolOptions, type PoolRules } from './options.ts'
import { Preparing } from './preparing.ts'
import { createSizer } from './sizing/sizer.ts'
import { parseTarget, placeOf, type Target } from './target.ts'
import { TargetError } from './target-error.ts'
import type { Pool, PoolSetup } from './types.ts'

/**
 * A pool of connections to one server. Opens none before the first is wanted. Throws ST001 for a wrong option, and ST030 for a
 * wrong target.
 */
export function createPool(setup: PoolSetup): Pool {
  const { target: place, name, observe, clock, random, ...options } = setup
  const target = targetOf(place)
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

/** Programs without types may give anything. */
function targetOf(place: unknown): Target {
  if (typeof place === 'string') return parseTarget(place)
  if (isTarget(place)) return place
  throw new TargetError('createPool needs a `target`: a URL, or what parseTarget makes of one')
}

function isTarget(place: unknown): place is Target {
  return typeof place === 'object' && place !== null && 'host' in place && 'database' in place
}

/** `sizeMin` gives way to `sizeMax`, which alone may have been given. */
function rulesOf(options: PoolOptions): PoolRules {
  const rules = option.settled('pool', options, POOL_CHECKS, POOL_DEFAULTS)
  return { ...rules, sizeMin: Math.min(rules.sizeMin, rules.sizeMax) }
}

function named(name: string | undefined, observe: Observer<PoolEvent>): Observer<PoolEvent> {
  return name === undefined ? observe : event => observe({ ...event, node: name })
}
