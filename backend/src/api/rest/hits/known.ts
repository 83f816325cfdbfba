import type { IncomingHttpHeaders } from 'node:http'
import type { Result } from '../../../capabilities/cache/index.ts'
import type { KeptAnswer } from '../../../query/executor/index.ts'
import type { Asked, HeaderList, Remark, Sought } from '../../http/index.ts'
import { rowsIn } from '../../http/index.ts'
import { tellingCache } from '../caching/telling-cache.ts'
import type { RestResponse } from '../response.ts'
import type { Body } from './body.ts'
import { hitMark } from './hit-mark.ts'
import { type Beside, Written } from './written.ts'

/** A request of which is known how it is answered from what is kept. */
interface Answered {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly version: string
  readonly key: string
  readonly response: RestResponse
  readonly body: Body
  readonly asked: Asked
  readonly sought: Sought | undefined
  readonly remarks: readonly Remark[]
}

/** What is sent: all of it, or to who has it already that nothing has changed. */
interface Answers {
  readonly always: HeaderList
  readonly tag: string | undefined
  readonly full: Written
  readonly unchanged: Written
}

/**
 * One request, by all that its meaning depends on besides its URL and who asks (the same as for `RecentReads`), and its answer but
 * for the body, which belongs to what is kept.
 */
export class Known {
  readonly key: string
  readonly stamp: number
  /** For those who count what is asked. */
  readonly asked: Asked
  readonly sought: Sought | undefined
  readonly remarks: readonly Remark[]
  readonly rows: number | undefined
  readonly bytes: number
  readonly #method: string
  readonly #accept: string | undefined
  readonly #prefer: string | string[] | undefined
  readonly #range: string | undefined
  readonly #profile: string | string[] | undefined
  readonly #version: string
  readonly #status: number
  readonly #headers: RestResponse['headers']
  #plain: Answers | undefined
  #traced: Answers | undefined

  constructor(answered: Answered) {
    const { method, headers, version, key, response, body } = answered
    this.asked = answered.asked
    this.sought = answered.sought
    this.remarks = answered.remarks
    this.rows = rowsIn(response.headers['content-range'])
    this.bytes = Buffer.byteLength(body.source ?? '')
    this.key = key
    this.stamp = body.stamp
    this.#method = method
    this.#accept = headers.accept
    this.#prefer = headers['prefer']
    this.#range = headers.range
    this.#profile = headers['accept-profile']
    this.#version = version
    this.#status = response.status
    this.#headers = response.headers
  }

  /** Whether it is the same request once more. A HEAD about what its client has is understood in another way. */
  isFor(method: string | undefined, headers: IncomingHttpHeaders, version: string): boolean {
    return (
      this.#method === method &&
      this.#version === version &&
      this.#accept === headers.accept &&
      this.#prefer === headers['prefer'] &&
      this.#range === headers.range &&
      this.#profile === headers['accept-profile'] &&
      (method === 'GET' || headers['if-none-match'] === undefined)
    )
  }

  /** What is sent, made when it is first asked for. */
  answersFor(hit: Result<KeptAnswer>, { source }: Body, beside: Beside): Answers {
    const before = beside.trace === undefined ? this.#plain : this.#traced
    if (before?.always === beside.always) return before
    const made = this.#write(hit, source, beside)
    if (beside.trace === undefined) this.#plain = made
    else this.#traced = made
    return made
  }

  #write(hit: Result<KeptAnswer>, body: RestResponse['body'], beside: Beside): Answers {
    const [method, own] = [this.#method, this.#headers]
    const response = { status: this.#status, headers: own, body }
    const mark = hitMark(this.key, hit)
    const tell = (headers: IncomingHttpHeaders) =>
      tellingCache(response, mark, { method, headers }, undefined)
    const [full, unchanged] = [tell({}), tell({ 'if-none-match': '*' })]
    const { etag } = full.headers
    return {
      always: beside.always,
      tag: unchanged.status === 304 && typeof etag === 'string' ? etag : undefined,
      full: new Written({ response: full, own }, beside),
      unchanged: new Written({ response: unchanged, own }, beside),
    }
  }
}
