import type { ServerResponse } from 'node:http'
import { dateText } from './date-text.ts'

/** What an answer says of the time of asking, besides the date. */
export interface Times {
  readonly cacheStatus: string
  readonly age: string
}

/** Where Node has the text of a head that is about to leave: all of `writeHead` comes to this. */
interface WithHead {
  _header: unknown
}

/**
 * The head of an answer as Node has once written it, to be sent again with another time. `writeHead` would look at each name and
 * each character again.
 */
export class Head {
  readonly #status: number
  /** What stands between the times. */
  readonly #beforeCache: string
  readonly #beforeAge: string
  readonly #beforeDate: string
  readonly #end: string

  private constructor(status: number, between: readonly [string, string, string, string]) {
    this.#status = status
    ;[this.#beforeCache, this.#beforeAge, this.#beforeDate, this.#end] = between
  }

  /**
   * From a response to whose client the connection stays open, after `writeHead`. Undefined: it is not as it is here, perhaps
   * because Node writes it in another way by now. Then `writeHead` is what there is. `limits` are lines of this answer alone.
   */
  static of(response: ServerResponse, { cacheStatus, age }: Times, limits = ''): Head | undefined {
    const text = textOf(response)?.replace(limits, '')
    if (text === undefined || !Head.suits(response)) return undefined
    const times = [`\r\ncache-status: ${cacheStatus}\r\n`, `\r\nage: ${age}\r\n`, DATE]
    const [cache, old, date] = times.map(time => onlyPlace(text, time)) as [number, number, number]
    if (!(cache >= 0 && old > cache && date > old)) return undefined
    const [cacheAt, ageAt] = [cache + CACHE_NAME, old + AGE_NAME]
    const dateAt = date + DATE.length
    const end = text.slice(dateAt + DATE_LENGTH)
    if (!STAYS_OPEN.test(end) || FOLLOWED.test(text)) return undefined
    return new Head(response.statusCode, [
      text.slice(0, cacheAt),
      text.slice(cacheAt + cacheStatus.length, ageAt),
      text.slice(ageAt + age.length, dateAt),
      end,
    ])
  }

  /** Whether a head is the same for this response: its connection stays open, and its client knows how answers end. */
  static suits({ shouldKeepAlive, useChunkedEncodingByDefault }: ServerResponse): boolean {
    return shouldKeepAlive && useChunkedEncodingByDefault
  }

  /** Sends it with a body of bytes, or of ASCII, which leaves in one piece with it. */
  send(response: ServerResponse, times: Times, body: string | Buffer | null, limits = ''): void {
    const { cacheStatus, age } = times
    const untilDate = this.#beforeCache + cacheStatus + this.#beforeAge + age + this.#beforeDate
    const head = untilDate + dateText(Date.now()) + limits + this.#end
    const isText = typeof body === 'string'
    response.statusCode = this.#status
    ;(response as unknown as WithHead)._header = isText ? head + body : head
    if (body === null || isText) response.end()
    else response.end(body)
  }
}

/** What Node says of the connection, unless the database does, or its requests are counted. */
const STAYS_OPEN = /^\r\nConnection: keep-alive\r\n(?:Keep-Alive: timeout=\d+\r\n)?\r\n$/
/** Headers of the database's own that Node does not only write. */
const FOLLOWED = /\r\n(?:expect|trailer|transfer-encoding): /i
const DATE = '\r\nDate: '
const DATE_LENGTH = dateText(0).length
const CACHE_NAME = '\r\ncache-status: '.length
const AGE_NAME = '\r\nage: '.length

function textOf(response: ServerResponse): string | undefined {
  const own = Object.getOwnPropertyDescriptor(response, '_header')
  const text: unknown = own?.value
  return typeof text === 'string' ? text : undefined
}

/** -1: nowhere, or more than once. */
function onlyPlace(text: string, part: string): number {
  const place = text.indexOf(part)
  return place === text.lastIndexOf(part) ? place : -1
}
