// How soon is an attack refused everywhere and told, also without Redis, and what does watching cost?
import type { Study } from '../harness/trial.ts'
import { cost } from './security/cost.ts'
import { decisions } from './security/decisions.ts'
import { outage } from './security/outage.ts'
import { throughput } from './security/throughput.ts'

export const security: Study = {
  name: 'security',
  packages: [],
  trials: [cost, decisions, outage, throughput],
}
