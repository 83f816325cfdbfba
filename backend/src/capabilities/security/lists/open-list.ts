import { createReadStream } from 'node:fs'
import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import type { BlockList } from './options.ts'

/** A list as it comes. Undefined: it is the one that was read before. */
export interface OpenList {
  readonly pieces: AsyncIterable<Buffer>
  /** What the server calls this version of it. */
  readonly etag: string | undefined
}

/** Rejects where it is not there, or not where it should be: redirects are not followed. */
export async function openList(
  { file, url }: BlockList,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<OpenList | undefined> {
  if (url === undefined)
    return { pieces: createReadStream(file ?? '', { signal }), etag: undefined }
  const answer = await ask(new URL(url), etag, signal)
  const { statusCode = 0, headers } = answer
  if (statusCode === 200) return { pieces: answer, etag: headers.etag }
  answer.destroy()
  if (statusCode === 304) return undefined
  const isElsewhere = statusCode >= 300 && statusCode < 400
  const why = isElsewhere ? ': redirects are not followed, name the last address' : ''
  throw new Error(`its server answered ${statusCode}${why}`)
}

function ask(url: URL, etag: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getHttps : getHttp
  const known = etag === undefined ? {} : { 'if-none-match': etag }
  const headers = { 'user-agent': 's-tier', 'accept-encoding': 'identity', ...known }
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers, signal }, resolve).on('error', reject)
  })
}
