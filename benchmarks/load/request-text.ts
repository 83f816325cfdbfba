import { Buffer } from 'node:buffer'
import type { LoadOrder, LoadRequest } from './messages.ts'

/** A request as it is sent. */
export function requestText(
  { port, headers }: Pick<LoadOrder, 'port' | 'headers'>,
  { method, path, body }: LoadRequest,
): Buffer {
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers, ...bodyHeaders(body) })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n${body ?? ''}`)
}

function bodyHeaders(body: string | undefined): Readonly<Record<string, string>> {
  if (body === undefined) return {}
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  }
}
