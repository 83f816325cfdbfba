import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createSecondChanceCache } from '../../../base/index.ts'
import type { Result } from '../../../capabilities/cache/index.ts'
import type { Catalog } from '../../../query/catalog/index.ts'
import type { CacheMark, KeptAnswer } from '../../../query/executor/index.ts'
import type { Guard, HeaderList, HttpRules, Identity, IdentityService } from '../../http/index.ts'
import { isKnownTo } from '../../http/index.ts'
import { consistencyOf } from '../consistency.ts'
import { costIn, destinationOf, soughtIn } from '../destination.ts'
import type { RestInput } from '../input.ts'
import type { Preferences } from '../parse/index.ts'
import type { RestResponse } from '../response.ts'
import { remarksOf } from '../validation/remarks.ts'
import { Body } from './body.ts'
import { Known } from './known.ts'
import type { Own, Written } from './written.ts'

/** What it takes to answer without understanding. */
export interface HitsParts {
  readonly catalog: () => Pick<Catalog, 'version'>
  readonly identity: Pick<IdentityService, 'recall'>
  /** What is kept under a key, if it may be answered at once; it is counted as a hit. */
  readonly peek: (key: string) => Result<KeptAnswer> | undefined
  readonly http: Pick<HttpRules, 'serverTiming' | 'traceHeader'>
  /** Who may come in. Undefined: everybody. */
  readonly guard?: Pick<Guard, 'passNow' | 'headersOf' | 'handOver' | 'leave'> | undefined
  /** What all paths begin with. */
  readonly prefix: string
}

/** A read that was answered, and what is kept of it. */
export interface KeptRead {
  readonly input: Pick<
    RestInput,
    'method' | 'path' | 'queryString' | 'headers' | 'body' | 'identity' | 'judge'
  >
  readonly preferences: Pick<Preferences, 'maxStalenessMs'>
  /** Of the catalog that it was understood by. */
  readonly version: string
  /** As it was before anything was said about caches. */
  readonly response: RestResponse
  readonly mark: CacheMark | undefined
}

/** Requests remembered, about 2 kB each. The bytes of answers are not theirs: they go with what is kept. */
const REQUESTS_MAX = 10_000
/** Longer query strings are not remembered. */
const LENGTH_MAX = 1_000

/**
 * Requests that were answered from what is kept, and under which key that is: who asks the same again is answered from memory by a
 * few comparisons. Whatever is not quite the same is left to those who understand requests. It serves one configuration.
 */
export class Hits {
  readonly #parts: HitsParts
  readonly #trace: string | undefined
  readonly #known = createSecondChanceCache<Known>(REQUESTS_MAX)
  readonly #bodies = new WeakMap<KeptAnswer, Body>()
  readonly #callers = new WeakMap<Identity, string>()
  #callersSoFar = 0

  constructor(parts: HitsParts) {
    this.#parts = parts
    this.#trace = parts.http.traceHeader?.toLowerCase()
  }

  /** Requests that are remembered at this moment. */
  get size(): number {
    return this.#known.size
  }

  remember({ input, preferences, version, response, mark }: KeptRead): void {
    const { path, queryString, headers, identity } = input
    if (mark?.key === undefined || mark.kept === undefined) return
    if (!isUsual(response, input) || preferences.maxStalenessMs !== undefined) return
    if (queryString.length > LENGTH_MAX || this.#parts.http.serverTiming) return
    const url = queryString === '' ? path : `${path}?${queryString}`
    const name = this.#callerOf(identity) + url
    const body = this.#bodyOf(mark.kept, response)
    this.#known.delete(name)
    const { prefix } = this.#parts
    const asked = { destination: destinationOf(url, prefix), cost: costIn(url) }
    const { method, judge } = input
    const remarks = judge === undefined ? [] : remarksOf(judge)
    const about = { asked, sought: soughtIn(url, prefix), remarks }
    const answered = { method, headers, version, key: mark.key, response, body, ...about }
    this.#known.set(name, new Known(answered))
  }

  /** `always`: the headers that every answer carries. */
  answer(request: IncomingMessage, response: ServerResponse, always: HeaderList): boolean {
    const { headers } = request
    const who = isPlain(headers) ? this.#parts.identity.recall(headers) : undefined
    const found = who && this.#find(request, who)
    if (who === undefined || found === undefined) return false
    const { guard } = this.#parts
    if (guard === undefined) {
      send(response, this.#answerOf(headers, found, always), undefined)
      return true
    }
    const visit = guard.passNow(request, found.known.asked, who)
    if (visit === undefined) return false
    const answer = this.#answerOf(headers, found, always)
    if (answer.body !== undefined) visit.remarks = found.known.remarks
    const end = endOf(found.known, answer.body === undefined)
    const refusal = guard.handOver(visit, end)
    if (refusal !== undefined) {
      const { status, code } = refusal
      guard.leave(visit, { status, code })
      return false // On the whole way it is refused in words.
    }
    send(response, answer, guard.headersOf(visit))
    guard.leave(visit, end)
    return true
  }

  #find(request: IncomingMessage, who: Identity): Found | undefined {
    const known = this.#knownOf(request, who)
    const hit = known && this.#parts.peek(known.key)
    const body = hit && this.#bodies.get(hit.value)
    // What is kept has been read anew since.
    if (known === undefined || hit === undefined || body?.stamp !== known.stamp) return undefined
    return { known, hit, body }
  }

  #answerOf(headers: IncomingHttpHeaders, { known, hit, body }: Found, always: HeaderList): Answer {
    const trace = this.#traceOf(headers)
    const beside = { always, trace: trace === undefined ? undefined : this.#trace }
    const { tag, full, unchanged } = known.answersFor(hit, body, beside)
    const asked = headers['if-none-match']
    const isUnchanged = asked !== undefined && tag !== undefined && isKnownTo(asked, tag)
    const written = isUnchanged ? unchanged : full
    return { hit, written, body: isUnchanged ? undefined : body, trace }
  }

  #knownOf({ method, url = '', headers }: IncomingMessage, who: Identity): Known | undefined {
    const caller = this.#callers.get(who)
    if (caller === undefined) return undefined
    const known = this.#known.get(caller + url)
    const isSame = known?.isFor(method, headers, this.#parts.catalog().version) === true
    return isSame ? known : undefined
  }

  #traceOf(headers: IncomingHttpHeaders): string | undefined {
    const value = this.#trace === undefined ? undefined : headers[this.#trace]
    return value === undefined ? undefined : String(value)
  }

  #callerOf(identity: Identity): string {
    const before = this.#callers.get(identity)
    if (before !== undefined) return before
    const caller = `${++this.#callersSoFar} `
    this.#callers.set(identity, caller)
    return caller
  }

  #bodyOf(kept: KeptAnswer, { body }: RestResponse): Body {
    const before = this.#bodies.get(kept)
    if (before !== undefined && isSame(before.source, body)) return before
    const made = new Body(body)
    this.#bodies.set(kept, made)
    return made
  }
}

/** A request that was answered before, and what is kept of its answer. */
interface Found {
  readonly known: Known
  readonly hit: Result<KeptAnswer>
  readonly body: Body
}

/** What a request is answered with. */
interface Answer {
  readonly hit: Result<KeptAnswer>
  readonly written: Written
  /** Undefined: only that nothing has changed. */
  readonly body: Body | undefined
  readonly trace: Own['trace']
}

function send(
  response: ServerResponse,
  { hit, written, body, trace }: Answer,
  limits: Own['limits'],
): void {
  written.send(response, hit, body === undefined ? null : body.bytes, { trace, limits })
}

function endOf(
  { rows, bytes, sought }: Known,
  isUnchanged: boolean,
): Parameters<Guard['leave']>[1] {
  return { status: isUnchanged ? 304 : 200, rows, bytes: isUnchanged ? 0 : bytes, sought }
}

function isSame(one: RestResponse['body'], other: RestResponse['body']): boolean {
  return one === other || (one instanceof Buffer && other instanceof Buffer && one.equals(other))
}

const ANY_AGE: Pick<Preferences, 'maxStalenessMs'> = Object.freeze({ maxStalenessMs: undefined })

/** Nothing is to be read of it, no page of another origin asks, and its client takes what is kept, whenever that was read. */
function isPlain(headers: IncomingHttpHeaders): boolean {
  return (
    headers.origin === undefined &&
    headers['cache-control'] === undefined &&
    headers.pragma === undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    headers.upgrade === undefined &&
    consistencyOf(headers, ANY_AGE) === undefined
  )
}

/** What the database has not changed the status of, with a body unless nobody asks for one. */
function isUsual({ status, body }: RestResponse, input: Pick<RestInput, 'method' | 'body'>) {
  const { method } = input
  if (input.body !== undefined || (status !== 200 && status !== 206)) return false
  return method === 'GET' ? body !== null : method === 'HEAD' && body === null
}
