import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type Address, addressOf, failureOf } from '../address-of.ts'
import { AlertUndeliveredError } from '../errors.ts'
import { shown } from '../../shown.ts'

/** Where to, and how much that place is trusted. */
export interface PostTarget {
  /** Of the sink, for messages: URLs are secrets. */
  readonly name: string
  readonly url: URL
  /** Addresses that are not of the Internet may be asked too. */
  readonly allowPrivate: boolean
  /** Certificates that are trusted besides those of Node, in PEM. */
  readonly ca: string | undefined
  /** Answers after which the same message must not come again. */
  readonly finalStatuses?: ReadonlySet<number>
}

export interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** More of an answer is not read. */
const ANSWER_BYTES_MAX = 4_096
/** Of one that is understood. */
const HEARD_BYTES_MAX = 65_536
const RETRY_AFTER_MS_MAX = 600_000

/**
 * Sends a message to a host whose address was looked at first, and to no other: names that change meanwhile, and answers
 * that lead elsewhere, are not followed. Resolves when it was taken (2xx). Rejects with ST432.
 */
export async function post(
  target: PostTarget,
  message: Message,
  signal: AbortSignal,
): Promise<void> {
  const answer = await taken(target, message, signal)
  answer.destroy()
}

/** The same, and resolves to what it answers, as far as that is read. */
export async function postAndHear(
  target: PostTarget,
  message: Message,
  signal: AbortSignal,
): Promise<string> {
  return beginningOf(await taken(target, message, signal), HEARD_BYTES_MAX)
}

async function taken(
  target: PostTarget,
  message: Message,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { name, url } = target
  const reach = target.allowPrivate ? 'any' : 'public'
  const address = await addressOf({ name, host: url.hostname, reach }, signal)
  const answer = await ask(target, message, address, signal).catch((error: unknown) => {
    throw new AlertUndeliveredError(name, failureOf(error, signal), { cause: error })
  })
  const { statusCode = 0, headers } = answer
  if (statusCode >= 200 && statusCode < 300) return answer
  const text = await beginningOf(answer, ANSWER_BYTES_MAX)
  const said = text === '' ? '' : `: ${shown(text)}`
  throw new AlertUndeliveredError(name, `${url.hostname} answered ${statusCode}${said}`, {
    hint: hintFor(statusCode),
    retryAfterMs: retryAfterOf(headers['retry-after']),
    isOfContent: OF_CONTENT.has(statusCode),
    isFinal: target.finalStatuses?.has(statusCode) ?? false,
  })
}

/** The message is at fault rather than the way. */
const OF_CONTENT: ReadonlySet<number> = new Set([400, 413, 422])

function ask(
  { url, ca }: PostTarget,
  { headers, body }: Message,
  { address, family }: Address,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const pinned: LookupFunction = (_host, { all }, done) => {
    if (all === true) done(null, [{ address, family }])
    else done(null, address, family)
  }
  const options: RequestOptions & { ca?: string[] } = {
    method: 'POST',
    agent: false, // A connection that is kept would be to an address that was looked at long ago.
    lookup: pinned,
    headers: {
      'user-agent': 's-tier',
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
    },
    signal,
  }
  const { promise, resolve, reject } = withResolvers<IncomingMessage>()
  const isSecure = url.protocol === 'https:'
  const trusted = ca === undefined ? options : { ...options, ca: [ca] }
  const outgoing = isSecure ? httpsRequest(url, trusted) : httpRequest(url, options)
  outgoing.on('response', resolve).on('error', reject).end(body)
  return promise
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** What it says of its reasons, if anything. */
async function beginningOf(answer: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= bytesMax) break
    }
  } catch {
    // What has arrived will do.
  }
  return Buffer.concat(chunks).subarray(0, bytesMax).toString('utf8').trim()
}

function hintFor(status: number): string | undefined {
  if (status >= 300 && status < 400) return 'Redirects are not followed: name the last address.'
  if (status === 401 || status === 403) return 'See whether its key or token is still valid.'
  if (status === 404 || status === 410) return 'See whether its URL is still right.'
  return undefined
}

/** Seconds, or a date. */
function retryAfterOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX)
}
