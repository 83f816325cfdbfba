/** One `name = value` of libpq's connection strings; values may stand in quotes, with backslashes before what is special. */
const PAIR = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))/gy

/** What names the server that is connected to. */
const PLACE: ReadonlySet<string> = new Set(['host', 'hostaddr', 'port', 'target_session_attrs'])

/**
 * A `primary_conninfo` that leads to another server and is the same otherwise; undefined when it is written in a way that
 * we do not read, as a URL or with a service file. PostgreSQL: "Connection Strings".
 */
export function conninfoAt(conninfo: string, host: string, port: number): string | undefined {
  const kept: string[] = []
  let end = 0
  for (const match of conninfo.matchAll(PAIR)) {
    const [whole, name = '', quoted, bare = ''] = match
    if (name === 'service') return undefined
    if (!PLACE.has(name)) kept.push(`${name}=${quotedValue(unescaped(quoted ?? bare))}`)
    end = match.index + whole.length
  }
  if (conninfo.slice(end).trim() !== '') return undefined
  return [...kept, `host=${quotedValue(host)}`, `port=${port}`].join(' ')
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/g, '$1')
}

function quotedValue(value: string): string {
  if (/^[\w./:-]+$/.test(value)) return value
  return `'${value.replaceAll(/['\\]/g, '\\$&')}'`
}
