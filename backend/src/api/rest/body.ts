import type { MediaRequest } from './parse/index.ts'

/** The body as it leaves: bytes where the handler of a media type has made some, and they came as hexadecimal digits. */
export function bodyOf(body: string | null, media: MediaRequest): string | Buffer | null {
  const isBytes = media.kind === 'handler' && media.handler.bytes
  return isBytes && body !== null ? Buffer.from(body, 'hex') : body
}
