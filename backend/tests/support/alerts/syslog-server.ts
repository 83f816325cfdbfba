import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import { CERTIFICATE, KEY } from '../certificate.ts'

/** A receiver of syslog. */
export interface SyslogServer {
  readonly url: string
  /** One for each message. */
  readonly got: string[]
}

/** Takes the frames of RFC 6587 apart: `<length> <message>`. */
function framesOf(text: Buffer): string[] {
  const frames: string[] = []
  let at = 0
  while (at < text.length) {
    const space = text.indexOf(' ', at)
    const length = Number(text.toString('latin1', at, space))
    if (space === -1 || !Number.isInteger(length)) throw new Error(`No frame at ${at}`)
    frames.push(text.toString('utf8', space + 1, space + 1 + length))
    at = space + 1 + length
  }
  return frames
}

function asking(ca: string | undefined) {
  return ca === undefined ? {} : { ca: [ca], requestCert: true, rejectUnauthorized: true }
}

export async function startSyslogServer(
  protocol: 'udp' | 'tcp' | 'tls',
  onConnection: (socket: Socket) => void = () => undefined,
  /** By TLS: only clients whose certificate is of this authority. Default: none is asked for. */
  clientAuthority?: string,
): Promise<SyslogServer> {
  const got: string[] = []
  if (protocol === 'udp') {
    const socket = createSocket('udp4', message => void got.push(message.toString('utf8')))
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    onTestFinished(() => void socket.close())
    return { got, url: `udp://localhost:${socket.address().port}` }
  }
  const onSocket = (socket: Socket): void => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined)
    socket.on('end', () => got.push(...framesOf(Buffer.concat(chunks))))
    onConnection(socket)
  }
  const server =
    protocol === 'tcp'
      ? createServer(onSocket)
      : createTlsServer({ key: KEY, cert: CERTIFICATE, ...asking(clientAuthority) }, onSocket)
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { got, url: `${protocol}://localhost:${(server.address() as AddressInfo).port}` }
}
