import { HeaderCountError, RepeatedHeaderError } from '../errors.ts'

export interface HeadersOptions {
  /** Header lines of a request. Default 100. */
  readonly headersMax?: number
}

/** Programs on the way disagree on which of two counts. No two of them are of the same length, which is the key here. */
const ONCE: readonly (string | undefined)[] = byLength([
  'host',
  'content-type',
  'authorization',
  'content-length',
  'content-encoding',
  'transfer-encoding',
])

function byLength(names: readonly string[]): readonly (string | undefined)[] {
  const longest = Math.max(...names.map(name => name.length))
  return Array.from({ length: longest + 1 }, (_, length) =>
    names.find(name => name.length === length),
  )
}

/**
 * Checks the header lines of a request as Node has them in `rawHeaders`: names and values in turn. Throws ST419 for too many,
 * of which Node itself would leave out some in silence, and ST424 for one that may come once and comes again.
 */
export function checkHeaders(
  rawHeaders: readonly string[],
  { headersMax = 100 }: HeadersOptions = {},
): void {
  if (rawHeaders.length > headersMax * 2) throw tooMany(headersMax)
  let seen = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const once = ONCE[name.length]
    if (once === undefined || (name !== once && name.toLowerCase() !== once)) continue
    const bit = 1 << name.length
    if ((seen & bit) !== 0) throw repeated(once)
    seen |= bit
  }
}

function tooMany(bound: number): HeaderCountError {
  const detail = `The request has more than ${bound} headers`
  const hint = 'Send fewer.'
  return new HeaderCountError([{ pointer: '', rule: 'headers', detail, hint, bound }])
}

function repeated(name: string): RepeatedHeaderError {
  const detail = `The header '${name}' comes twice`
  return new RepeatedHeaderError([
    { pointer: '', rule: 'repeated-header', detail, hint: 'Send it once.' },
  ])
}
