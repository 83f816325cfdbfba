// What does a decision cost, how many pass that should not, and what do a frozen Redis and a million callers do: ours beside npm's?
import type { Study } from '../harness/trial.ts'
import { edges, flood, frozen, offered } from './limiter/attacks.ts'
import { local, shared } from './limiter/cost.ts'
import { http } from './limiter/http.ts'

export const limiter: Study = {
  name: 'limiter',
  packages: ['rate-limiter-flexible', '@fastify/rate-limit'],
  trials: [local, shared, http, edges, offered, frozen, flood],
}
