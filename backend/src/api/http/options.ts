import { isNetwork, option } from '../../base/index.ts'
import { UNIX_SOCKET } from './guard/unix-socket.ts'

/** Where and within which limits HTTP is served. */
export interface HttpOptions {
  /**
   * Address to listen on. Anything but a loopback address needs `database.anonRole` or `jwt.secret`. Default `127.0.0.1`.
   */
  host?: string
  /** Port to listen on; 0 takes a free one. Also read from `PORT`. Default 3000. */
  port?: number
  /** Path of a Unix socket to listen on instead of host and port. Default: none. */
  socket?: string | undefined
  /** Permissions of that socket, octal. Default `660`. */
  socketMode?: string
  /**
   * Port for `/live`, `/ready`, `/metrics/…` and `/chaos`, which are then not served beside the API; 0 takes a free one. Default:
   * none.
   */
  adminPort?: number | undefined
  /** Address to listen on for them. Default: that of `http.host`. */
  adminHost?: string | undefined
  /** Path of a Unix socket to listen on for them, instead of host and port. Default: none. */
  adminSocket?: string | undefined
  /** Permissions of that socket, octal. Default `660`. */
  adminSocketMode?: string
  /**
   * What `/metrics/…` demands as `Authorization: Bearer …`, at least 16 characters. Default: none; then they are served at
   * `adminPort` or `adminSocket`, or beside the API on a loopback address to programs of this machine.
   */
  adminToken?: string | undefined
  /**
   * Origins whose pages may read answers, with credentials (CORS), such as `https://app.example`. Default: none listed,
   * and every origin may, without credentials.
   */
  corsOrigins?: readonly string[]
  /**
   * Names that requests may be for, as they stand in the Host header without the port, such as `api.example`. Default:
   * none listed, and every name may. A list keeps out pages whose name resolves to this server (DNS rebinding).
   */
  hosts?: readonly string[]
  /**
   * Proxies that are believed when they tell whom they speak for: addresses, networks such as `10.0.0.0/8`, and `unix` for whoever
   * connects to `http.socket`. Name those that add to the header, and nobody else. Default: none, and the client is who connects.
   */
  trustedProxies?: readonly string[]
  /**
   * The header in which they tell it: the one that all of them set, for what a client writes into another one passes through
   * them. Default `x-forwarded-for`.
   */
  forwardedHeader?: 'x-forwarded-for' | 'forwarded'
  /**
   * When cookies are for TLS alone (`Secure`): `auto` where the proxy in front says by `X-Forwarded-Proto: https` that it
   * was asked over TLS, `always` or `never`. Default `auto`.
   */
  cookieSecure?: 'auto' | 'always' | 'never'
  /** Largest request body, in bytes. Default 10_485_760 (10 MiB). */
  bodyBytesMax?: number
  /** Longest URL with its query string, in bytes. Default 16_384. */
  urlBytesMax?: number
  /** All headers of a request together, the URL included, in bytes. Default 32_768. */
  headerBytesMax?: number
  /** Tell in a `Server-Timing` header where the time of a request went. Default false. */
  serverTiming?: boolean
  /** Header whose value every answer repeats, such as `X-Request-Id`, to find a request again. Default: none. */
  traceHeader?: string | undefined
  /** What clients read of an error: `minimal` only `code` and `message`, `verbose` also details and hint. Default `verbose`. */
  errorVerbosity?: 'verbose' | 'minimal'
  /** Time within which a request must have arrived completely, in milliseconds; late ones answer 408. Default 30_000. */
  requestTimeoutMs?: number
  /** Time that an idle connection is kept open, in milliseconds. Default 72_000, longer than usual load balancers wait. */
  keepAliveMs?: number
  /**
   * When stopping: time that `/ready` answers 503 while everything is still served, in milliseconds. Give load balancers
   * that ask it this long to send their requests elsewhere; only then are new connections refused. Default 0.
   */
  stopDelayMs?: number
  /** When stopping, after that: time for requests in flight to finish, in milliseconds. Default 10_000. */
  drainMs?: number
}
export type HttpRules = Readonly<Required<HttpOptions>>
export const HTTP_DEFAULTS: HttpRules = Object.freeze({
  host: '127.0.0.1',
  port: 3000,
  adminPort: undefined,
  adminHost: undefined,
  adminSocket: undefined,
  adminSocketMode: '660',
  adminToken: undefined,
  socket: undefined,
  socketMode: '660',
  corsOrigins: Object.freeze([]),
  hosts: Object.freeze([]),
  trustedProxies: Object.freeze([]),
  forwardedHeader: 'x-forwarded-for',
  cookieSecure: 'auto',
  bodyBytesMax: 10_485_760,
  urlBytesMax: 16_384,
  headerBytesMax: 32_768,
  serverTiming: false,
  traceHeader: undefined,
  errorVerbosity: 'verbose',
  requestTimeoutMs: 30_000,
  keepAliveMs: 72_000,
  stopDelayMs: 0,
  drainMs: 10_000,
})
const SOCKET_MODE = option.text({
  expects: 'an octal mode from 600 to 777',
  accepts: text => /^[67][0-7]{2}$/.test(text),
})
/** What can stand in `Authorization: Bearer`. RFC 6750, section 2.1. */
const ADMIN_TOKEN = option.text({
  expects: 'at least 16 letters, digits or -._~+/ and = at the end',
  accepts: text => text.length >= 16 && /^[\w.~+/-]+=*$/.test(text),
})
export const HTTP_CHECKS: option.Checks<HttpOptions> = Object.freeze({
  host: option.text(),
  port: option.integer({ min: 0, max: 65_535 }),
  adminPort: option.integer({ min: 0, max: 65_535 }),
  adminHost: option.text(),
  adminSocket: option.text(),
  adminSocketMode: SOCKET_MODE,
  adminToken: { ...ADMIN_TOKEN, isSecret: true },
  socket: option.text(),
  socketMode: SOCKET_MODE,
  corsOrigins: option.listOf(
    option.text({ expects: 'an origin such as https://app.example', accepts: isOrigin }),
  ),
  hosts: option.listOf(
    option.text({ expects: 'a host name such as api.example', accepts: isHost }),
  ),
  trustedProxies: option.listOf(
    option.text({
      expects: 'an address, a network such as 10.0.0.0/8, or unix',
      accepts: text => text === UNIX_SOCKET || isNetwork(text),
    }),
  ),
  forwardedHeader: option.oneOf('x-forwarded-for', 'forwarded'),
  cookieSecure: option.oneOf('auto', 'always', 'never'),
  bodyBytesMax: option.integer({ min: 1_024, max: 1_073_741_824 }),
  urlBytesMax: option.integer({ min: 1_024, max: 1_048_576 }),
  headerBytesMax: option.integer({ min: 2_048, max: 1_048_576 }),
  serverTiming: option.flag(),
  traceHeader: option.text({ expects: 'a header such as X-Request-Id', accepts: isHeaderName }),
  errorVerbosity: option.oneOf('verbose', 'minimal'),
  requestTimeoutMs: option.duration({ min: 1_000, max: 3_600_000 }),
  keepAliveMs: option.duration({ min: 0, max: 3_600_000 }),
  stopDelayMs: option.duration({ min: 0, max: 3_600_000 }),
  drainMs: option.duration({ min: 0, max: 3_600_000 }),
})

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

function isHost(text: string): boolean {
  return /^(?:[\w.-]+|\[[\da-fA-F:.]+\])$/.test(text)
}

/** RFC 9110: a field name is a token. */
function isHeaderName(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)
}
