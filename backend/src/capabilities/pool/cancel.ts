import { Buffer } from 'node:buffer'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'

const SSL_REQUEST = 80_877_103
const CANCEL_REQUEST = 80_877_102

/** The backend to interrupt, and the way to its server. */
export interface CancelTarget {
  readonly processId: number
  readonly secret: number
  /** Address and port that the connection really has, or the path of a unix socket. */
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string }
  /** As the connection itself. Undefined: no TLS. */
  readonly tls: { readonly options: ConnectionOptions; readonly host: string } | undefined
}

/**
 * Asks the server to interrupt what a backend runs. PostgreSQL: "Canceling Requests in Progress": over a connection
 * of its own, which the server closes when the signal is sent. So the promise resolves when no signal of ours can
 * come any more, and always within `timeoutMs`; whether it had an effect, only the statement itself can tell.
 */
export function sendCancel(target: CancelTarget, timeoutMs: number): Promise<void> {
  return new Promise(resolve => {
    const socket = connect(target.address)
    socket.setTimeout(timeoutMs, () => socket.destroy())
    socket.on('error', ignore) // `close` follows.
    socket.once('close', () => resolve())
    socket.once('connect', () => {
      if (target.tls === undefined) socket.resume().write(cancelRequest(target))
      else overTls(socket, target, target.tls)
    })
  })
}

function overTls(
  socket: Socket,
  target: CancelTarget,
  tls: NonNullable<CancelTarget['tls']>,
): void {
  socket.write(message(SSL_REQUEST))
  socket.once('data', () => {
    // It answered `S` when the connection was made; should it not any more, the handshake fails.
    const servername = isIP(tls.host) === 0 ? { servername: tls.host } : {}
    const secure = connectTls({ ...tls.options, ...servername, socket, host: tls.host })
    secure.on('error', () => socket.destroy())
    secure.once('secureConnect', () => secure.write(cancelRequest(target)))
    secure.resume()
  })
}

function cancelRequest({ processId, secret }: CancelTarget): Buffer {
  return message(CANCEL_REQUEST, processId, secret)
}

/** These requests have no code: length, then integers. */
function message(...integers: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 + 4 * integers.length)
  bytes.writeInt32BE(bytes.length, 0)
  integers.forEach((value, index) => bytes.writeInt32BE(value, 4 + 4 * index))
  return bytes
}

function ignore(): void {}
