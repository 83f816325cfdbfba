// What does a decision cost, how many pass that should not, and what do a lost Redis and a million callers do: ours beside npm's?
import type { Study } from '../harness/trial.ts'
import { local, shared } from './limiter/cost.ts'
import { edges } from './limiter/edges.ts'
import { flood } from './limiter/flood.ts'
import { http } from './limiter/http.ts'
import { offered } from './limiter/offered.ts'
import { frozen, outage } from './limiter/outage.ts'
import { skew } from './limiter/skew.ts'

export const limiter: Study = {
  name: 'limiter',
  packages: ['rate-limiter-flexible', '@fastify/rate-limit'],
  trials: [local, shared, http, edges, offered, skew, frozen, outage, flood],
}
