import { UnknownPathError } from '../http/index.ts'

/** What the path of a URL names. */
export type Target =
  | { readonly kind: 'root' }
  | { readonly kind: 'relation'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }

/** A URL in its parts; the query string still encoded and without its `?`. */
export interface Location {
  readonly path: string
  readonly queryString: string
}

/** Also of a URL with scheme and host, as a client may send it (RFC 9112, section 3.2.2). */
export function splitUrl(target: string): Location {
  const url = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = url.indexOf('?')
  if (mark < 0) return { path: url, queryString: '' }
  return { path: url.slice(0, mark), queryString: url.slice(mark + 1) }
}

/** `/books` and `/rpc/search` below the prefix. Throws PGRST125 for any other path. */
export function targetOf(path: string, prefix: string): Target {
  const rest = prefix === '/' ? path.slice(1) : path.slice(prefix.length + 1)
  if (rest === '') return { kind: 'root' }
  const slash = rest.indexOf('/')
  if (slash < 0) return { kind: 'relation', name: decodeName(rest, path) }
  const name = rest.slice(slash + 1)
  if (rest.slice(0, slash) !== 'rpc' || name === '' || name.includes('/')) {
    throw new UnknownPathError(path)
  }
  return { kind: 'function', name: decodeName(name, path) }
}

function decodeName(text: string, path: string): string {
  if (!text.includes('%')) return text
  try {
    const name = decodeURIComponent(text)
    if (!name.includes('\0')) return name
  } catch {
    // Not UTF-8: told below, like a NUL character.
  }
  throw new UnknownPathError(path)
}
