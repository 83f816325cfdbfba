import { type Measure, simulate } from '../../../backend/src/capabilities/security/index.ts'
import { HONEYPOTS } from '../../../backend/src/capabilities/security/testing/attacks.ts'
import type { Ban, Observer } from './observer.ts'

const SETUP = { mode: 'act', secret: 'a secret for tests', honeypots: HONEYPOTS } as const

/** The monitor with its own rules, all of which act. */
export const ours: Observer = {
  name: 'S-Tier',
  async watch(events) {
    const { alerts, measures } = simulate(events, SETUP)
    const findings = alerts.map(({ atMs, afterEvents, rule, outcome, level }) => ({
      ...{ atMs, afterEvents, by: rule, done: outcome === 'logged' ? 'alert' : outcome },
      wakes: level === 'high' || level === 'critical',
    }))
    return { findings, bans: measures.filter(isBan).map(banOf) }
  },
}

function isBan({ kind }: Measure): boolean {
  return kind === 'ban' || kind === 'revoke'
}

function banOf({ principal: { ip, user, token }, scope, sinceMs, untilMs }: Measure): Ban {
  return { ip, user, token, sinceMs, untilMs, isOfLogins: scope === 'login' }
}
