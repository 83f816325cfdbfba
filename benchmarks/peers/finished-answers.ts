import type { IncomingHttpHeaders } from 'node:http'
import { sTierUrl } from './configuration.ts'

/** An answer of S-Tier, to be given again byte for byte. */
export interface Finished {
  readonly status: number
  /** Names and values in turn, as Node takes them. */
  readonly flat: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Those that Node writes itself. */
const OF_NODE = new Set(['connection', 'date', 'keep-alive'])

/** Asks S-Tier twice: the second answer is what it says of what it has kept. */
export async function askSTier(path: string, asked: IncomingHttpHeaders): Promise<Finished> {
  await askOnce(path, asked)
  return askOnce(path, asked)
}

async function askOnce(
  path: string,
  { authorization = '', accept = '*/*' }: IncomingHttpHeaders,
): Promise<Finished> {
  const response = await fetch(sTierUrl + path, { headers: { authorization, accept } })
  const headers = [...response.headers].filter(([name]) => !OF_NODE.has(name))
  const body = await response.text()
  return {
    ...{ status: response.status, flat: headers.flat(), headers: Object.fromEntries(headers) },
    body,
  }
}

const callers = new Map<string, { readonly expiresAt: number }>()

/** As little as knowing a caller can be: a token that was seen before, and is not too old. */
export function isKnownCaller(authorization: string): boolean {
  const caller = callers.get(authorization)
  return caller !== undefined && Date.now() < caller.expiresAt
}

/** S-Tier has answered this caller. */
export function rememberCaller(authorization: string): void {
  const [, claims = ''] = authorization.split('.')
  const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{"exp":0}') as {
    exp: number
  }
  callers.set(authorization, { expiresAt: exp * 1_000 })
}
