import { readFileSync } from 'node:fs'
import { option } from '../base/index.ts'

/** How PostgREST writes a value: text becomes what the option takes. */
export type Notation = option.Check<unknown>

/** The text as it is: the option itself checks it. */
export const plain: Notation = notation('a text', text => text)

/** The text as it is, and never shown. */
export const secret: Notation = { ...plain, isSecret: true }

/** One text, whatever commas it has, for an option that is a list. */
export const single: Notation = notation('a text', text => [text])

/** `true` and `false` in any case, or a number: above zero is true. */
export const boolean: Notation = notation('true or false', text => {
  if (/^\s*-?\d+\s*$/.test(text)) return Number(text) > 0
  return option.flag().read(text)
})

export const integer: Notation = notation('a whole number', wholeNumber)

/** Whole seconds, for an option in milliseconds. */
export const seconds: Notation = notation('a whole number of seconds', text => {
  const number = wholeNumber(text)
  return number === undefined ? undefined : 1_000 * number
})

/** An address, or one of PostgREST's signs for "every address". */
export const host: Notation = notation('an address', text => EVERY_ADDRESS[text] ?? text)

/** `*6` and `!6` differ by whether IPv4 is taken too; Node's `::` takes it. */
const EVERY_ADDRESS: Readonly<Record<string, string>> = Object.freeze({
  '*': '::',
  '*4': '0.0.0.0',
  '!4': '0.0.0.0',
  '*6': '::',
  '!6': '::',
})

/** PostgREST's `crit` tells less than `error`; ours has no word between `error` and `silent`. */
export const logLevel: Notation = notation('one of crit, error, warn, info, debug', text => {
  if (text === 'crit') return 'error'
  return ['error', 'warn', 'info', 'debug'].includes(text) ? text : undefined
})

/** Octal permissions. Leading zeros are as good as none. */
export const fileMode: Notation = notation('an octal mode from 600 to 777', text =>
  text.replace(/^0+/, ''),
)

/**
 * A URL, `key=value` pairs as libpq takes them, or `@` and the path of a file that holds one of these. Pairs become the
 * parameters of a URL; a URL without a host, as in `postgres://user@/app`, names this machine.
 */
export const connection: Notation = {
  ...notation(
    'a URL postgres://…, pairs such as host=db dbname=app, or @ and the path of a file that can be read',
    text => connectionUrl(text.startsWith('@') ? contentOf(text.slice(1)) : text),
  ),
  isSecret: true,
}

function connectionUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^postgres(?:ql)?:\/\//.test(text)) {
    return text?.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?]|$)/, '$1localhost')
  }
  const pairs = [...text.matchAll(PAIR)]
  const isAll = pairs.reduce((length, [pair]) => length + pair.length, 0) === text.length
  if (pairs.length === 0 || !isAll) return undefined
  const parameters = pairs.map(([, key = '', quoted, bare = '']) => {
    const value = (quoted ?? bare).replace(/\\(.)/gs, '$1')
    return `${encodeURIComponent(key)}=${encodeURIComponent(value)}`
  })
  return `postgresql://?${parameters.join('&')}`
}

/** One pair with the space around it. PostgreSQL: "Connection Strings", keyword/value. */
const PAIR = /\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?:\s+|$)/gsy

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined // The message says that it must be a file that can be read.
  }
}

function wholeNumber(text: string): number | undefined {
  return /^\s*-?\d+\s*$/.test(text) ? Number(text) : undefined
}

function notation(expects: string, read: (text: string) => unknown): Notation {
  return {
    expects,
    read: value => (typeof value === 'string' ? read(value) : undefined),
    isSwitch: false,
    isSecret: false,
  }
}
