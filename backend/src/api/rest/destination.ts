import type { Cost } from '../../capabilities/limiter/index.ts'
import type { Destination, Sought } from '../http/index.ts'
import { splitUrl, type Target, targetOf } from './target.ts'

/** What a URL stands for, for those who count by it. Nothing of it is known to exist. */
export function destinationOf(url: string, prefix: string): Destination {
  const { path } = splitUrl(url)
  const target = targetIn(path, prefix)
  switch (target?.kind) {
    case undefined:
      return { endpoint: path }
    case 'root':
      return { endpoint: '/' }
    case 'relation':
      return { endpoint: `/${target.name}`, table: target.name }
    case 'function':
      return { endpoint: `/rpc/${target.name}`, rpc: target.name }
  }
}

/** The first filter for one value. Somebody who asks for one after the other may be counting keys up. */
export function soughtIn(url: string, prefix: string): Sought | undefined {
  const [, column, value] = SOUGHT.exec(url) ?? []
  if (column === undefined || value === undefined) return undefined
  const { table } = destinationOf(url, prefix)
  return table === undefined ? undefined : { key: `${table}.${column}`, value }
}

/** What a request will cost: rows as many as it lets come, and embeds as many as it opens. Both may turn out to be less. */
export function costIn(url: string): Cost {
  const query = url.slice(url.indexOf('?') + 1)
  const [, limit] = LIMIT.exec(query) ?? []
  const [, select = ''] = SELECT.exec(query) ?? []
  const embeds = select.split(OPENING).length - 1
  return limit === undefined ? { embeds } : { embeds, rows: Number(limit) }
}

const LIMIT = /(?:^|&)limit=(\d{1,9})(?:&|$)/
const SELECT = /(?:^|&)select=([^&]*)/
const OPENING = /\(|%28/

const SOUGHT = /[?&](\w{1,63})=eq\.([^&]{1,100})(?:&|$)/

function targetIn(path: string, prefix: string): Target | undefined {
  try {
    return targetOf(path, prefix)
  } catch {
    return undefined // It will be told that there is nothing.
  }
}
