import { networkMatcher } from '../../base/index.ts'
import type { Exemption } from './rule.ts'
import type { Principal, SecurityEvent } from './types.ts'

export type IsExempt = (event: SecurityEvent, ip: string) => boolean

/** Whom a rule does not look at. */
export function exemptions({ users, roles, routes, ips }: Exemption): IsExempt | undefined {
  if (users === undefined && roles === undefined && routes === undefined && ips === undefined) {
    return undefined
  }
  const isOfNetwork = networkMatcher(ips ?? [])
  return (event, ip) =>
    isListed(users, event.user) ||
    isListed(roles, event.role) ||
    (event.route !== undefined &&
      (routes ?? []).some(route => matches(route, event.route ?? ''))) ||
    isOfNetwork(ip)
}

function isListed(list: readonly string[] | undefined, value: string | undefined): boolean {
  return value !== undefined && list !== undefined && list.includes(value)
}

function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}

const USER = 'user:'

/** Whom nothing is ever done about: addresses, networks and `user:name`. */
export function allowList(allow: readonly string[]): (principal: Principal) => boolean {
  const users = new Set(allow.filter(isUser).map(entry => entry.slice(USER.length)))
  const isOfNetwork = networkMatcher(allow.filter(entry => !isUser(entry)))
  return ({ ip, user }) =>
    (user !== undefined && users.has(user)) || (ip !== undefined && isOfNetwork(ip))
}

function isUser(entry: string): boolean {
  return entry.startsWith(USER)
}
