import { isTest } from './rooms.ts'

/** Where a third-party package may be imported. Paths are from `backend/src/`; one ending in `/` is a whole folder. */
export interface PackageHome {
  /** The package, or a scope as `@fastify/`. */
  readonly name: string
  readonly homes: readonly string[]
  /** Where its types alone may be named as well. */
  readonly types: readonly string[]
}

/**
 * A package has one home, so that it can be replaced there. A new dependency needs a line here, which is the moment
 * to ask whether it is needed at all.
 */
export const PACKAGE_HOMES: readonly PackageHome[] = [
  { name: 'pg', homes: ['capabilities/pool/', 'capabilities/replicas/'], types: [] },
  {
    name: 'fastify',
    homes: ['api/http/'],
    types: ['api/', 'capabilities/', 'server.ts', 'index.ts'], // Capabilities have plugins.
  },
  { name: '@fastify/', homes: ['api/http/'], types: ['api/'] },
  { name: 'helmet', homes: ['api/http/'], types: [] },
  { name: 'fast-jwt', homes: ['api/http/'], types: [] },
  { name: 'jose', homes: ['api/http/'], types: [] },
  { name: 'pino', homes: ['observations.ts', 'capabilities/telemetry/'], types: ['server.ts'] },
  { name: 'prom-client', homes: ['capabilities/telemetry/'], types: [] },
  { name: '@opentelemetry/', homes: ['capabilities/telemetry/'], types: [] },
  { name: 'graphql', homes: ['api/graphql/'], types: [] },
  { name: 'ioredis', homes: ['capabilities/redis/'], types: [] },
  { name: 'ajv', homes: ['capabilities/validation/'], types: [] },
  { name: 'sanitize-html', homes: ['capabilities/validation/'], types: [] },
  { name: 'nodemailer', homes: ['capabilities/security/'], types: [] },
  { name: 'ws', homes: ['api/realtime/'], types: [] },
]

/** The line of the table that speaks of a package. */
export function homeOf(packageName: string): PackageHome | undefined {
  return PACKAGE_HOMES.find(
    ({ name }) => name === packageName || (name.endsWith('/') && packageName.startsWith(name)),
  )
}

/** Whether a file, by its path from `backend/src/`, may import from the package. */
export function livesHere(home: PackageHome, path: string, typeOnly: boolean): boolean {
  if (isTest(path)) return true
  const places = typeOnly ? [...home.homes, ...home.types] : home.homes
  return places.some(place => (place.endsWith('/') ? path.startsWith(place) : path === place))
}
