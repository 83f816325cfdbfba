import { isObject, jsonOf, type option } from '../../../base/index.ts'
import { LIMIT_CHECKS, type RequestLimits } from './limits.ts'

/** By `POST /orders`, `/orders` or `/rpc/total`. */
export type RoutesLimits = Readonly<Record<string, RequestLimits>>

const NAMES = Object.keys(LIMIT_CHECKS)
const ROUTE = /^(?:(GET|POST|PATCH|PUT|DELETE) +)?\/?((?:rpc\/)?[^/\s]+)$/

/** An object; as text its JSON. */
export const ROUTES_CHECK: option.Check<RoutesLimits> = Object.freeze({
  expects: `an object of limits by route, such as {"POST /orders": {"mode": "monitor"}, "/rpc/total": {"keysMax": 10}}, each with some of ${NAMES.join(', ')}`,
  read: (value: unknown) => readRoutes(jsonOf(value)),
  fault: (value: unknown) => faultOf(jsonOf(value)),
  isSwitch: false,
  isSecret: false,
})

function readRoutes(value: unknown): RoutesLimits | undefined {
  if (faultOf(value) !== undefined || !isObject(value)) return undefined
  const routes = Object.entries(value).map(([route, limits]) => [
    routeNamed(route),
    readLimits(limits),
  ])
  return Object.freeze(Object.fromEntries(routes) as Record<string, RequestLimits>)
}

/** Of what has no fault. */
function readLimits(limits: unknown): RequestLimits {
  const read: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(limits as object)) {
    if (isLimit(name)) read[name] = LIMIT_CHECKS[name].read(given)
  }
  return Object.freeze(read)
}

/** `POST /orders`, however it was written; undefined where it is no route. */
function routeNamed(written: string): string | undefined {
  const [, method, name] = ROUTE.exec(written.trim()) ?? []
  if (name === undefined) return undefined
  return method === undefined ? `/${name}` : `${method} /${name}`
}

/** The first thing that is wrong, in a sentence. */
function faultOf(value: unknown): string | undefined {
  if (!isObject(value)) return 'That is no JSON object.'
  for (const [route, limits] of Object.entries(value)) {
    const fault = faultOfRoute(route, limits)
    if (fault !== undefined) return fault
  }
  return undefined
}

function faultOfRoute(route: string, limits: unknown): string | undefined {
  if (routeNamed(route) === undefined) return `'${route}' is no route such as POST /orders.`
  if (!isObject(limits)) return `What '${route}' has is no object.`
  for (const [name, given] of Object.entries(limits)) {
    if (!isLimit(name)) return `'${route}' cannot have '${name}'.`
    const { read, expects } = LIMIT_CHECKS[name]
    if (read(given) === undefined) return `${name} of '${route}' must be ${expects}.`
  }
  return undefined
}

function isLimit(name: string): name is keyof RequestLimits {
  return Object.hasOwn(LIMIT_CHECKS, name)
}
