import { STierError } from '../../base/index.ts'
import { placeOf, type Target } from './target.ts'

/**
 * Why there is no connection at the start:
 * - `ST031` nothing answers at that address
 * - `ST032` there is no such database
 * - `ST033` the password is wrong or missing
 * - `ST034` the role is missing, or may not log in
 * - `ST035` the two sides do not agree on TLS, or the other one does not speak PostgreSQL's protocol
 * - `ST036` the server has no connection left
 * - `ST037` the server is starting, stopping or recovering
 * - `ST039` anything else it said
 */
export type StartCode =
  | 'ST031'
  | 'ST032'
  | 'ST033'
  | 'ST034'
  | 'ST035'
  | 'ST036'
  | 'ST037'
  | 'ST039'

/** A first connection failed: for the person at the terminal, with what to do about it. */
export class DatabaseStartError extends STierError {
  readonly code: StartCode
  readonly status = 503

  constructor(code: StartCode, message: string, hint: string, cause: unknown) {
    super(message, { hint, cause, details: detailsOf(cause) })
    this.code = code
  }
}

/** What `cause`, the error of a first connection to `target`, means. */
export function startError(cause: unknown, target: Target): DatabaseStartError {
  const diagnosis = DIAGNOSES.find(each => each.applies(codeOf(cause), messageOf(cause)))
  const { code, message, hint } = diagnosis ?? UNKNOWN
  return new DatabaseStartError(code, message(target), hint(target), cause)
}

interface Diagnosis {
  readonly code: StartCode
  readonly applies: (code: string, message: string) => boolean
  readonly message: (target: Target) => string
  readonly hint: (target: Target) => string
}

const NOBODY_THERE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT', 'ETIMEDOUT'])
const NO_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'])
const NO_TRUST = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_(TLS|SSL|OSSL)|^EPROTO$/

/** The driver's own words, which tell a person nothing: no password, no answer to a wish for TLS, no answer at all. */
const NO_PASSWORD = /password must be a (?:non-empty )?string/i
const NO_PROTOCOL = 'error establishing an SSL connection'
const HUNG_UP = 'Connection terminated unexpectedly'

/** The first that applies is it. */
const DIAGNOSES: readonly Diagnosis[] = [
  {
    code: 'ST031',
    applies: code => NO_NAME.has(code),
    message: ({ host }) => `The host '${host}' is not known to DNS`,
    hint: () => 'Check the host in the URL, and that this machine can resolve names.',
  },
  {
    code: 'ST031',
    applies: (code, message) => NOBODY_THERE.has(code) || message === 'timeout expired',
    message: target => `No PostgreSQL answers at ${placeOf(target)}`,
    hint: ({ port }) =>
      `Check that it is running, that it listens on port ${port}, and that no firewall is in between.`,
  },
  {
    code: 'ST032',
    applies: code => code === '3D000',
    message: target => `There is no database '${target.database}' at ${placeOf(target)}`,
    hint: ({ database }) => `Create it with: createdb ${database}. Or name another one in the URL.`,
  },
  {
    code: 'ST033',
    applies: (code, message) => code === '28P01' || NO_PASSWORD.test(message),
    message: ({ user, password }) =>
      password === undefined
        ? `The server asks for the password of '${user}', and none is given`
        : `The password of '${user}' is wrong, or there is no such role`,
    hint: () => 'Give it in the URL (special characters percent-encoded) or in PGPASSWORD.',
  },
  {
    code: 'ST035',
    applies: (_code, message) => message.includes(NO_PROTOCOL),
    message: target => `What answers at ${placeOf(target)} does not speak PostgreSQL's protocol`,
    hint: ({ port }) => `Check host and port: another program listens on port ${port}.`,
  },
  {
    code: 'ST035',
    applies: (code, message) =>
      (code === '28000' && /no encryption|SSL off/.test(message)) ||
      /does not support SSL/.test(message) ||
      NO_TRUST.test(code),
    message: target =>
      `${placeOf(target)} and this client do not agree on TLS (sslmode=${target.sslMode})`,
    hint: ({ sslMode }) => SSL_HINTS[sslMode],
  },
  {
    code: 'ST034',
    applies: code => code === '28000' || code === '42501',
    message: target => `The role '${target.user}' may not log in at ${placeOf(target)}`,
    hint: ({ user }) =>
      `Check that it exists and has LOGIN (create role "${user}" login), and that pg_hba.conf lets it in from here.`,
  },
  {
    code: 'ST039',
    applies: (_code, message) => message === HUNG_UP,
    message: target => `What answers at ${placeOf(target)} hung up during the login`,
    hint: ({ port }) =>
      `Perhaps another program than PostgreSQL listens on port ${port}; otherwise its log says why.`,
  },
  {
    code: 'ST036',
    applies: code => code === '53300',
    message: target => `${placeOf(target)} has no connection left`,
    hint: () => 'Close other clients, lower pool.sizeMax, or raise max_connections of the server.',
  },
  {
    code: 'ST037',
    applies: code => code.startsWith('57P'),
    message: target => `${placeOf(target)} does not accept connections at the moment`,
    hint: () => 'It is starting, stopping or recovering: try again in a few seconds.',
  },
]

const UNKNOWN: Omit<Diagnosis, 'applies'> = {
  code: 'ST039',
  message: target => `${placeOf(target)} refused the connection`,
  hint: () => 'The details are what it said; its log says more.',
}

const plain = 'The server wants TLS: add sslmode=require to the URL.'
const untrusted =
  'Give the certificate of its authority as sslrootcert=/path.pem, or accept any certificate with sslmode=require.'
const SSL_HINTS: Readonly<Record<Target['sslMode'], string>> = Object.freeze({
  disable: plain,
  prefer: plain,
  require: 'If the server has no TLS and the network is trusted, use sslmode=disable.',
  'verify-ca': untrusted,
  'verify-full': untrusted,
})

/** The code of PostgreSQL or of the operating system. */
function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : ''
  return typeof code === 'string' ? code : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The word of the server or the system; node's error about several addresses has none of its own. */
function detailsOf(cause: unknown): string | undefined {
  const said = messageOf(cause) || codeOf(cause)
  const isOfDriver = NO_PASSWORD.test(said) || said.includes(NO_PROTOCOL) || said === HUNG_UP
  return isOfDriver ? undefined : said
}
