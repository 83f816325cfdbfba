// What do a hit and a miss cost, who answers old values after a change, how often is loaded, and what does a frozen Redis do?
import type { Study } from '../harness/trial.ts'
import { l1Hit, miss } from './cache/cost.ts'
import { frozenRedis } from './cache/frozen.ts'
import { stampede, stampedeOfProcesses, staleFill } from './cache/races.ts'

export const cache: Study = {
  name: 'cache',
  packages: ['lru-cache', 'async-cache-dedupe', 'cache-manager', 'bentocache'],
  trials: [l1Hit, miss, staleFill, stampede, stampedeOfProcesses, frozenRedis],
}
