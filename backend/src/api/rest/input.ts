import type { IncomingHttpHeaders } from 'node:http'
import type { Execution } from '../../query/executor/index.ts'
import type { Identity } from '../http/index.ts'
import type { Judge } from './validation/judge.ts'

/** A request as it arrives, with who asks and how to tell that nobody waits any more. */
export interface RestInput {
  readonly method: string
  /** The relation or function that the path names. */
  readonly name: string
  readonly path: string
  /** Still encoded, without its `?`. */
  readonly queryString: string
  readonly headers: IncomingHttpHeaders
  /** Undefined: none came. */
  readonly body: Buffer | undefined
  readonly identity: Identity
  readonly signal: Execution['signal']
  /** By the rules of its route. Default: by those for all routes, and nobody hears of it. */
  readonly judge?: Judge | undefined
}
