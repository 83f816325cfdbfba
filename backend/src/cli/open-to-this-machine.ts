import { parseTarget } from '../capabilities/pool/index.ts'
import { type Config, isLoopback, refuseOpenBinding } from '../config.ts'

/**
 * What a first try needs: nothing says who may ask what, and only this machine can ask. Then requests without a token
 * run as the role that logged in, so that `s-tier serve postgres://…` answers at once.
 *
 * Two guards keep the pages of a browser out, which reach this machine too: other origins may not read answers, and
 * only requests for a name of this machine are served (a page whose name resolves to 127.0.0.1 sends its own name).
 * Undefined: something is configured, or others can ask; nothing is assumed then.
 */
export function openToThisMachine(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
): Config | undefined {
  const { database, http, jwt } = config
  const isPublic = http.socket === undefined && !isLoopback(http.host)
  if (jwt.secret !== undefined || database.anonRole !== undefined || isPublic) return undefined
  const { user } = parseTarget(database.url ?? '', environment)
  const origins = HOSTS.map(host => `http://${host}:${http.port}`)
  return Object.freeze({
    ...config,
    database: Object.freeze({ ...database, anonRole: user }),
    http: Object.freeze({
      ...http,
      hosts: http.hosts.length > 0 ? http.hosts : HOSTS,
      corsOrigins: http.corsOrigins.length > 0 ? http.corsOrigins : origins,
    }),
  })
}

/** Decides about openness again whenever the configuration is read. */
export interface Opening {
  /** The configuration to serve by. Throws ST005 when it is public with nothing that says who may ask what. */
  applied(config: Config): Config
  /** Requests without a token run as the role that logged in. */
  isOpen(): boolean
}

/** A server that was closed once never opens by itself, whatever disappears from its configuration. */
export function createOpening(environment: Readonly<Record<string, string | undefined>>): Opening {
  let mayOpen = true
  return {
    applied(config) {
      refuseOpenBinding(config)
      const opened = mayOpen ? openToThisMachine(config, environment) : undefined
      mayOpen = opened !== undefined
      return opened ?? config
    },
    isOpen: () => mayOpen,
  }
}

const HOSTS: readonly string[] = Object.freeze(['127.0.0.1', 'localhost', '[::1]'])
