import type { RawRequest } from '../support/http-client.ts'

/** The control: one statement with every text of a request pasted where it seems to belong. Never run, only looked at. */
export function carelessStatement({ target, headers, body = '' }: RawRequest): string {
  const { pathname, search } = new URL(target.replaceAll("'", '%27'), 'http://127.0.0.1')
  const pairs = search.slice(1).split('&').filter(Boolean)
  const conditions = [
    ...pairs
      .map(pair => pair.split('='))
      .map(([name = '', ...rest]) => equal(name, rest.join('='))),
    ...Object.entries(headers).map(([name, value]) => `'${name}' = '${valueOf(name, value)}'`),
    `'${decoded(String(body))}' = ''`,
  ]
  return `select * from "${decoded(pathname)}" where ${conditions.join(' and ')}`
}

function equal(name: string, value: string): string {
  return `"${unquoted(decoded(name))}" = '${decoded(value)}'`
}

/** Without the quotes of the REST dialect. */
function unquoted(text: string): string {
  return text.replaceAll(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) =>
    inner.replaceAll(/\\(.)/g, '$1'),
  )
}

/** What a token says, and UTF-8 as it was meant. */
function valueOf(name: string, value: string): string {
  const claims = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(value)?.[1]
  if (name === 'authorization' && claims !== undefined) {
    return Buffer.from(claims, 'base64url').toString()
  }
  return Buffer.from(value, 'latin1').toString()
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
