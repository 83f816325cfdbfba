import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { STierError } from '../../base/index.ts'
import type { Config } from '../../config.ts'

/** Where a running server answers operators. */
export interface AdminPlace {
  readonly url: URL
  readonly socket: string | undefined
  readonly token: string | undefined
}

/** A running server did not do what it was asked. */
export class ServerRefusedError extends STierError {
  readonly code = 'ST437'
  readonly status = 502

  constructor(place: string, reason: string, hint: string) {
    super(`The server at ${place} ${reason}`, { hint })
  }
}

const ANY_HOST = new Set(['0.0.0.0', '::'])

/** The one that this configuration would start, unless a URL is given. */
export function adminPlace(
  { host, port, adminHost = host, adminPort, adminSocket, adminToken: token }: Config['http'],
  url: string | undefined,
): AdminPlace {
  if (url !== undefined) return { url: new URL(url), socket: undefined, token }
  if (adminSocket !== undefined) {
    return { url: new URL('http://localhost'), socket: adminSocket, token }
  }
  const name = adminPort === undefined ? host : adminHost
  const reached = ANY_HOST.has(name) ? 'localhost' : name.includes(':') ? `[${name}]` : name
  const address = `http://${reached}:${adminPort ?? port}`
  return { url: new URL(address), socket: undefined, token }
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: object
}

const TIMEOUT_MS = 10_000

/** What a running server answers, as JSON; undefined where that is nothing. Rejects with ST437. */
export async function askServer(place: AdminPlace, asked: Asked): Promise<unknown> {
  const { url, socket } = place
  const name = socket ?? url.origin
  let answer: Answer
  try {
    answer = await send(place, asked)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ServerRefusedError(name, `does not answer: ${code ?? message}`, NAME_IT)
  }
  const { status, text } = answer
  const value = parsed(text)
  if (status >= 200 && status < 300) return value
  const said = (value ?? {}) as { message?: unknown; hint?: unknown }
  const reason = typeof said.message === 'string' ? `: ${said.message}` : ''
  const hint = typeof said.hint === 'string' ? said.hint : NAME_IT
  throw new ServerRefusedError(name, `answers ${status}${reason}`, hint)
}

const NAME_IT = 'Name another one with --url, and its token with STIER_HTTP_ADMIN_TOKEN.'

interface Answer {
  readonly status: number
  readonly text: string
}

function send({ url, socket, token }: AdminPlace, { method, path, body }: Asked): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(text === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const open = url.protocol === 'https:' ? secureRequest : request
  const prefix = url.pathname.replace(/\/$/, '')
  return new Promise((resolve, reject) => {
    const outgoing = open(new URL(prefix + path, url), {
      ...{ method, headers, timeout: TIMEOUT_MS },
      ...(socket === undefined ? {} : { socketPath: socket }),
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('it took too long')))
    outgoing.on('error', reject).on('response', answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    outgoing.end(text)
  })
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
