import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server on which opening a connection takes its time, as over a network with TLS and a busy server. */
export interface SlowConnects {
  readonly port: number
  /** When each connection came, on the clock of `performance.now()`. */
  readonly connectedAt: readonly number[]
  stop(): Promise<void>
}

/** Once open, a connection is as fast as without. */
export async function startSlowConnects(port: number, connectMs: number): Promise<SlowConnects> {
  const connectedAt: number[] = []
  const open = new Set<Socket>()
  const proxy = createServer({ noDelay: true, pauseOnConnect: true }, client => {
    connectedAt.push(performance.now())
    keep(client, open)
    setTimeout(() => pipe(client, port, open), connectMs)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    connectedAt,
    async stop() {
      const closed = once(proxy, 'close')
      proxy.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function pipe(client: Socket, port: number, open: Set<Socket>): void {
  if (client.destroyed) return
  const server = keep(connect({ port, host: '127.0.0.1', noDelay: true }), open)
  client.once('close', () => server.destroy()).pipe(server)
  server.once('close', () => client.destroy()).pipe(client)
}

/** What breaks here breaks on the other side too, and needs no words. */
function keep(socket: Socket, open: Set<Socket>): Socket {
  open.add(socket)
  return socket.on('error', () => undefined).once('close', () => open.delete(socket))
}
