import type { IncomingHttpHeaders } from 'node:http'
import type { Ask } from '../../../capabilities/cache/index.ts'

/**
 * What a client takes of what is kept: `Cache-Control` of a request (RFC 9111, section 5.2.1), or `Pragma: no-cache` of one that
 * has none. Undefined: whatever is fresh. Directives that are not known, and numbers that are none, are passed over; of equal
 * directives the strictest holds.
 */
export function askOf(headers: AskHeaders): Ask | undefined {
  const control = headers['cache-control']
  if (control !== undefined) return parsed(control)
  const { pragma } = headers
  return pragma !== undefined && parsed(pragma)?.noCache === true ? NO_CACHE : undefined
}

type AskHeaders = Pick<IncomingHttpHeaders, 'cache-control' | 'pragma'>

const NO_CACHE: Ask = Object.freeze({ noCache: true })

/** Between commas: a name, and a value in quotes or without. A comma in quotes separates nothing. */
const DIRECTIVE = /(?:^|,)[\t ]*([^\t ,="]+)(?:=(?:"([^"\\]*)"|([^\t ,"]*)))?(?=[\t ]*(?:,|$))/g

function parsed(control: string): Ask | undefined {
  const ask: Asking = {}
  for (const [, name = '', quoted, plain] of control.matchAll(DIRECTIVE)) {
    heed(ask, name.toLowerCase(), quoted ?? plain)
  }
  return Object.keys(ask).length === 0 ? undefined : ask
}

type Asking = { -readonly [Name in keyof Ask]: Ask[Name] }

function heed(ask: Asking, name: string, value: string | undefined): void {
  switch (name) {
    case 'no-cache':
      ask.noCache = true
      return
    case 'no-store':
      ask.noStore = true
      return
    case 'only-if-cached':
      ask.onlyIfCached = true
      return
    case 'max-stale':
      if (value === undefined) ask.maxStaleMs ??= Number.POSITIVE_INFINITY
      else heedTime(ask, name, value)
      return
    default:
      if (value !== undefined) heedTime(ask, name, value)
  }
}

/** RFC 9111, section 1.2.2: what is greater means this. */
const SECONDS_MAX = 2 ** 31

function heedTime(ask: Asking, name: string, value: string): void {
  if (!/^\d+$/.test(value)) return
  const ms = Math.min(Number(value), SECONDS_MAX) * 1_000
  switch (name) {
    case 'max-age':
      ask.maxAgeMs = Math.min(ask.maxAgeMs ?? ms, ms)
      return
    case 'min-fresh':
      ask.minFreshMs = Math.max(ask.minFreshMs ?? ms, ms)
      return
    case 'max-stale':
      ask.maxStaleMs = Math.min(ask.maxStaleMs ?? ms, ms)
  }
}
