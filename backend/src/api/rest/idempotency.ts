import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Answer, Idempotency, TransactionContext } from '../../query/executor/index.ts'
import type { Identity } from '../http/index.ts'
import { TOKEN_COOKIE } from './consistency.ts'
import { GuessableKeyError, MalformedKeyError } from './idempotency-errors.ts'
import type { RestInput } from './input.ts'
import type { RestRules } from './options.ts'
import { cookiesWithout } from './parse/index.ts'
import type { RestResponse } from './response.ts'

/** What of a request decides whether it is the same request once more. */
export type RepeatableInput = Pick<
  RestInput,
  'method' | 'path' | 'queryString' | 'headers' | 'body'
> & { readonly identity: Pick<Identity, 'claims'> }

/**
 * What a write or call needs to be done once, however often it is sent: undefined without an `Idempotency-Key`, where
 * nothing can be written, and where the configuration ignores the header. Source: draft-ietf-httpapi-idempotency-key-header.
 * Throws ST140 and ST141.
 */
export function idempotencyOf(
  input: RepeatableInput,
  { readOnly }: Pick<TransactionContext, 'readOnly'>,
  rules: RestRules,
): Idempotency | undefined {
  const header = input.headers['idempotency-key']
  if (header === undefined || readOnly || !rules.idempotency) return undefined
  const key = parseKey(String(header))
  const isSomebody = hasSubject(input.identity)
  if (!isSomebody && key.length < GUESSABLE_BYTES) throw new GuessableKeyError(GUESSABLE_BYTES)
  return {
    key,
    fingerprint: fingerprintOf(input, isSomebody),
    keepMs: rules.idempotencyKeepMs,
    answerBytesMax: rules.idempotencyBytesMax,
  }
}

/** Tells a client that it reads an answer for the second time. The header's name is Stripe's. */
export function tellingReplay(
  response: RestResponse,
  { isReplay }: Pick<Answer, 'isReplay'>,
): RestResponse {
  if (isReplay !== true) return response
  return { ...response, headers: { ...response.headers, 'idempotent-replayed': 'true' } }
}

/** Headers that choose the answer. */
const CHOOSING = ['accept', 'accept-profile', 'content-profile', 'content-type', 'prefer', 'range']
/** Headers that may say who asks where no claim does: the pre-request function, or a policy, may read them. */
const IDENTIFYING = ['apikey', 'x-api-key', 'cookie']

/** Shorter than the random identifiers in use: a UUID has 36 characters, a ULID 26, a nanoid 21. */
const GUESSABLE_BYTES = 21
const KEY_BYTES_MAX = 255

/**
 * The key: a String of RFC 8941 as the draft has it, `"8e03978e-…"`, or the same without quotes, as most clients send it.
 * Node joins several headers with commas, which neither form takes.
 */
function parseKey(header: string): string {
  const text = header.trim()
  const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/.exec(text)?.[1]
  const key = quoted?.replaceAll(/\\(["\\])/g, '$1') ?? text
  if (quoted === undefined && !/^[!#-+\--:<-~]*$/.test(text)) throw new MalformedKeyError(MIXED)
  if (key.trim() === '') throw new MalformedKeyError('It is empty')
  const bytes = Buffer.byteLength(key)
  if (bytes <= KEY_BYTES_MAX) return key
  throw new MalformedKeyError(`It has ${bytes} bytes, at most ${KEY_BYTES_MAX} are allowed`)
}

const MIXED = 'It is several keys, or has characters that a key without quotes cannot have'

/** A subject is one person or program; other claims may be those of many. */
function hasSubject({ claims }: Pick<Identity, 'claims'>): boolean {
  return (claims['sub'] ?? '') !== ''
}

/** As a JSON array no part can be taken for another; the body comes after it, as it is. */
function fingerprintOf(
  { method, path, queryString, headers, body }: RepeatableInput,
  isSomebody: boolean,
): string {
  const names = isSomebody ? CHOOSING : [...CHOOSING, ...IDENTIFYING]
  const parts = [method, path, queryString, ...names.map(name => lasting(name, headers) ?? '')]
  if (!isSomebody) parts.push(otherThanToken(headers))
  return createHash('sha256')
    .update(JSON.stringify(parts))
    .update(body ?? '')
    .digest('hex')
}

/** What a client may send otherwise with every try is left out: how long it waits, and the token of its last write. */
function lasting(name: string, headers: IncomingHttpHeaders): string | string[] | undefined {
  const value = headers[name]
  if (name === 'cookie') return cookiesWithout(headers.cookie, TOKEN_COOKIE)
  if (name !== 'prefer' || !/(?:wait|max-staleness)=/.test(String(value))) return value
  const preferences = String(value).split(',')
  const others = preferences.filter(one => !/^\s*(?:wait|max-staleness)=/.test(one))
  return others.join(',').trim()
}

/** Credentials that are no token; the claims of a token have been read, and a new token may bring the same ones. */
function otherThanToken({ authorization = '' }: IncomingHttpHeaders): string {
  return /^bearer /i.test(authorization) ? '' : authorization
}
