import { once } from 'node:events'
import type { Transform } from 'node:stream'
import { constants, createBrotliCompress, createDeflate, createGzip } from 'node:zlib'

/** A request that costs its sender little and is to cost the server little. */
export interface Bomb {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
}

const NOTES = '/rest/v1/notes'
/** Just below the largest body that is taken. */
const BODY_BYTES = 10_000_000

export async function createBombs(): Promise<readonly Bomb[]> {
  const many = (piece: string) => piece.repeat(Math.floor(BODY_BYTES / piece.length))
  const attributes = (text: string) => note(`"attributes":${text}`)
  return [
    post('no JSON at all', many('?')),
    post('100,000 levels', attributes('['.repeat(100_000) + ']'.repeat(100_000))),
    post('5 million levels that never end', many('{"a":')),
    post('5 million items', attributes(`[${many('0,')}0]`)),
    post('3 million rows', `[${many('{},')}{}]`),
    post('900,000 keys', attributes(`{${keys(900_000)}}`)),
    post('a number of 10 million digits', note(`"priority":${many('9')}`)),
    post('a number that is too large', note('"priority":1e999999999')),
    post('a text of 10 million characters', note(`"body":"${many('x')}"`)),
    post('a pattern that some never finish', `{"code":"${'a'.repeat(60_000)}!"}`, '/rest/v1/codes'),
    ...(await compressed()),
    get('a URL of 4 MB', `/rest/v1/products?name=eq.${'x'.repeat(4_000_000)}`),
    get('10,000 filters', `/rest/v1/products?${'id=gt.1&'.repeat(10_000)}`),
    get('2,000 filters', `/rest/v1/products?${'id=gt.1&'.repeat(1_900)}`),
    get('1,000 embeds', `/rest/v1/products?select=${embeds(1_000)}`),
    get('1,000 levels of logic', `/rest/v1/products?${logic(1_000)}`),
    get('a header of 4 MB', '/rest/v1/products', { 'x-long': 'x'.repeat(4_000_000) }),
  ]
}

/** As large as the largest of them, and stored. */
export function createHarmless(): Bomb {
  const row = { title: 'A note', body: 'word '.repeat(20_000) }
  const count = Math.floor(BODY_BYTES / JSON.stringify(row).length) - 1
  return post('no bomb', JSON.stringify(Array.from({ length: count }, () => row)))
}

function note(member: string): string {
  return `{"title":"x",${member.startsWith('"body"') ? '' : '"body":"x",'}${member}}`
}

function keys(count: number): string {
  return Array.from({ length: count }, (_, at) => `"${at}":0`).join()
}

function embeds(count: number): string {
  return Array.from({ length: count }, (_, at) => `c${at}:categories(id)`).join()
}

function logic(levels: number): string {
  return `and=(${'or('.repeat(levels)}id.eq.1,id.eq.2${')'.repeat(levels)})`
}

function get(name: string, path: string, headers: Readonly<Record<string, string>> = {}): Bomb {
  return { name, method: 'GET', path, headers }
}

function post(name: string, body: string | Buffer, path = NOTES, encoding?: string): Bomb {
  const type = { 'content-type': 'application/json' }
  const headers = encoding === undefined ? type : { ...type, 'content-encoding': encoding }
  return { name, method: 'POST', path, headers, body: Buffer.from(body) }
}

const STRETCH_BYTES = 16_777_216
const ZEROS_BYTES = 10_000_000_000
const SYNC = { finishFlush: constants.Z_SYNC_FLUSH }

interface Packer extends Transform {
  flush(kind: number, done: () => void): void
}

async function compressed(): Promise<readonly Bomb[]> {
  const streams: Readonly<Record<string, readonly [Packer, number]>> = {
    gzip: [createGzip(SYNC), constants.Z_FULL_FLUSH],
    deflate: [createDeflate(SYNC), constants.Z_FULL_FLUSH],
    br: [createBrotliCompress(), constants.BROTLI_OPERATION_FLUSH],
  }
  const bombs: Bomb[] = []
  for (const [encoding, [stream, flush]] of Object.entries(streams)) {
    const [first, next] = [await stretch(stream, flush), await stretch(stream, flush)]
    const count = Math.floor(ZEROS_BYTES / STRETCH_BYTES)
    // As large as is taken: what is behind it nobody reads.
    const body = Buffer.concat([first, ...Array.from({ length: count }, () => next)])
    stream.destroy()
    bombs.push(post(`10 GB of zeros, ${encoding}`, body.subarray(0, BODY_BYTES), NOTES, encoding))
    if (encoding !== 'gzip') continue
    const all = Buffer.concat(Array.from({ length: 64_000_000 / body.length }, () => body))
    bombs.push(post('64 MB of gzip', all, NOTES, encoding))
  }
  return bombs
}

/** What these zeros become: the same each time but the first. */
async function stretch(stream: Packer, flush: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  const keep = (piece: Buffer) => void pieces.push(piece)
  stream.on('data', keep)
  if (!stream.write(Buffer.alloc(STRETCH_BYTES))) await once(stream, 'drain')
  await new Promise<void>(resolve => stream.flush(flush, resolve))
  stream.off('data', keep)
  return Buffer.concat(pieces)
}
