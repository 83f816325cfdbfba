import type { LimitRules } from './types.ts'

/**
 * Generous, and in the default mode they only look: what a program does that has run wild, not what a person or a busy page does.
 * `null` takes one away, another rule of its name takes its place.
 */
export const DEFAULT_LIMIT_RULES: LimitRules = Object.freeze({
  /** Who has no `sub` in a token, and is no service. Behind one address may be many people. */
  anonymous: {
    limit: 6_000,
    windowMs: 60_000,
    per: ['ip'],
    unless: { user: '*', role: 'service_role' },
  },
  authenticated: {
    limit: 6_000,
    windowMs: 60_000,
    per: ['user'],
    unless: { role: 'service_role' },
  },
  /** Programs of one's own, that know what they do. */
  service: { limit: 60_000, windowMs: 60_000, per: ['role', 'ip'], when: { role: 'service_role' } },
})
