import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../support/free-port.ts'

/** An error that PostgreSQL answered: `position` is there when the text of a statement is what it is about. */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly position: string | undefined
}

/** A look at everything that is said to PostgreSQL: every text of SQL, and every error that comes back. */
export interface WireTap {
  /** The same database, by way of the tap. */
  urlFor(url: string): string
  /** Each text once. */
  readonly texts: ReadonlySet<string>
  readonly errors: readonly WireError[]
  stop(): Promise<void>
}

type Listener = (type: string, payload: Buffer) => void

export async function startWireTap(target: string): Promise<WireTap> {
  const { hostname, port } = new URL(target)
  const texts = new Set<string>()
  const errors: WireError[] = []
  const sockets = new Set<Socket>()
  const own = await freePort()
  const server = createServer(client => {
    const upstream = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true).on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', listening(true, noteText)).pipe(upstream)
    upstream.on('data', listening(false, noteError)).pipe(client)
  })
  await new Promise<void>(resolve => server.listen(own, '127.0.0.1', resolve))

  function noteText(type: string, payload: Buffer): void {
    if (type === 'Q') texts.add(textAt(payload, 0).text)
    if (type === 'P') texts.add(textAt(payload, textAt(payload, 0).end).text) // After the name.
  }

  function noteError(type: string, payload: Buffer): void {
    if (type === 'E') errors.push(errorOf(payload))
  }

  return {
    urlFor(url) {
      const through = new URL(url)
      through.host = `127.0.0.1:${own}`
      return through.href
    },
    texts,
    errors,
    stop() {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

/** Cuts the messages out of the pieces in which they come. A client's first message has no type. */
function listening(startsUntyped: boolean, listener: Listener): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let isUntyped = startsUntyped
  return piece => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    for (;;) {
      const head = isUntyped ? 0 : 1
      if (rest.length < head + 4) return
      const end = head + rest.readInt32BE(head)
      if (rest.length < end) return
      if (!isUntyped) listener(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, end))
      isUntyped = false
      rest = rest.subarray(end)
    }
  }
}

function textAt(payload: Buffer, start: number): { text: string; end: number } {
  const end = payload.indexOf(0, start)
  return { text: payload.toString('utf8', start, end), end: end + 1 }
}

function errorOf(payload: Buffer): WireError {
  const fields = new Map<string, string>()
  for (let at = 0; at < payload.length && payload[at] !== 0; ) {
    const { text, end } = textAt(payload, at + 1)
    fields.set(String.fromCharCode(payload[at] ?? 0), text)
    at = end
  }
  return {
    code: fields.get('C') ?? '',
    message: fields.get('M') ?? '',
    position: fields.get('P'),
  }
}
