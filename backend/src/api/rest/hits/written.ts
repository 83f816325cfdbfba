import type { ServerResponse } from 'node:http'
import type { Result } from '../../../capabilities/cache/index.ts'
import type { KeptAnswer } from '../../../query/executor/index.ts'
import type { HeaderList } from '../../http/index.ts'
import { cacheStatusOf, secondsLeft } from '../caching/cache-status.ts'
import { ageOf } from '../caching/telling-cache.ts'
import { besideCors, type RestResponse } from '../response.ts'
import { Head, type Times } from './head.ts'
import { hitMark } from './hit-mark.ts'

/** What else decides about the headers of an answer. */
export interface Beside {
  /** Headers that every answer carries. */
  readonly always: HeaderList
  /** The name of the header that this request is to find in its answer, in lower case. */
  readonly trace: string | undefined
}

/** A response, and what its headers were before anything was said about caches: those do not change with the time. */
export interface Told {
  readonly response: RestResponse
  readonly own: RestResponse['headers']
}

/** What an answer has that others of its kind have not. */
export interface Own {
  /** The value of the header that is repeated. */
  readonly trace: string | undefined
  /** What it says of limits. */
  readonly limits?: Readonly<Record<string, string>> | undefined
}

const NO_LIMITS: NonNullable<Own['limits']> = Object.freeze({})

/** As they stand in a head, each behind the end of the line before. */
function linesOf(headers: NonNullable<Own['limits']>): string {
  let lines = ''
  for (const [name, value] of Object.entries(headers)) lines += `\r\n${name}: ${value}`
  return lines
}

/** Stands where the value of the repeated header will be. */
const REPEATED = '\0'
const NOWHERE = -1

/** Status and headers as they are handed to Node; only what tells the time of asking is written again. */
export class Written {
  readonly #status: number
  /** Names and values in turn. Node is done with them when it has got them. */
  readonly #flat: (string | string[])[]
  readonly #ageAt: number
  readonly #cacheStatusAt: number
  readonly #traceAt: number
  /** What the headers say at this moment, in whole seconds. */
  #age = Number.NaN
  #ttl = Number.NaN
  #times: Times = { cacheStatus: '', age: '' }
  #head: Head | undefined
  /** Node has been asked for it. */
  #isLearned = false

  constructor({ response, own }: Told, beside: Beside) {
    const headers = Object.entries(headersOf(response, beside))
    const placeOf = (name: string) => {
      const index = headers.findIndex(([each]) => each === name)
      return index < 0 || own[name] !== undefined ? NOWHERE : 2 * index + 1
    }
    this.#status = response.status
    this.#flat = headers.flatMap(([name, value]) => [name, value])
    this.#ageAt = placeOf('age')
    this.#cacheStatusAt = placeOf('cache-status')
    this.#traceAt = this.#flat.indexOf(REPEATED)
  }

  /** Sends the whole answer. */
  send(
    response: ServerResponse,
    hit: Result<KeptAnswer>,
    bytes: string | Buffer | null,
    { trace, limits = NO_LIMITS }: Own,
  ): void {
    this.#tell(hit)
    const isSuited = trace === undefined && Head.suits(response)
    const lines = limits === NO_LIMITS ? '' : linesOf(limits)
    if (isSuited && this.#head !== undefined) {
      return this.#head.send(response, this.#times, bytes, lines)
    }
    if (trace !== undefined && this.#traceAt !== NOWHERE) this.#flat[this.#traceAt] = trace
    const flat = lines === '' ? this.#flat : [...this.#flat, ...Object.entries(limits).flat()]
    response.writeHead(this.#status, flat)
    if (isSuited && !this.#isLearned) this.#learn(response, lines)
    end(response, bytes)
  }

  #tell(hit: Result<KeptAnswer>): void {
    const age = Math.floor(hit.ageMs / 1_000)
    const ttl = secondsLeft(hit.ttlMs)
    if (age === this.#age && ttl === this.#ttl) return
    this.#age = age
    this.#ttl = ttl
    const mark = hitMark(undefined, hit)
    const times = { cacheStatus: cacheStatusOf(mark, undefined), age: ageOf(mark) }
    this.#times = times
    if (this.#ageAt !== NOWHERE) this.#flat[this.#ageAt] = times.age
    if (this.#cacheStatusAt !== NOWHERE) this.#flat[this.#cacheStatusAt] = times.cacheStatus
  }

  /** Where the database says one of them itself, it is no place for the time. */
  #learn(response: ServerResponse, limits: string): void {
    this.#isLearned = true
    if (this.#ageAt === NOWHERE || this.#cacheStatusAt === NOWHERE) return
    this.#head = Head.of(response, this.#times, limits)
  }
}

function end(response: ServerResponse, bytes: string | Buffer | null): void {
  if (bytes === null) response.end()
  else if (typeof bytes === 'string') response.end(bytes, 'latin1')
  else response.end(bytes)
}

/** In the order in which the framework would send them. */
function headersOf(
  { headers, body }: RestResponse,
  { always, trace }: Beside,
): Record<string, string | string[]> {
  const before = trace === undefined ? always : { ...always, [trace]: REPEATED }
  const all = { ...before, ...besideCors(headers, before['vary']) }
  return body === null ? all : { ...all, 'content-length': String(Buffer.byteLength(body)) }
}
