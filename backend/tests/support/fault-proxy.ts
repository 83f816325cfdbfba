import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createLane, type Lane, type LaneFaults } from './fault-lane.ts'
import { freePort } from './free-port.ts'

const HOST = '127.0.0.1'

/** Seen from the proxy: to the server, or back to the client. */
export type Direction = 'to-server' | 'to-client'

/** A network between a client and a server, with faults that a test turns on and off while connections are open. */
export interface FaultProxy {
  readonly port: number
  /** Connections that a client has open now. */
  readonly connections: number
  readonly counts: Readonly<FaultCounts>
  /** This URL, with the proxy in the place of the server. */
  urlFor(url: string): string
  /** Each piece arrives so much later in each direction, so a round trip takes twice as long. Order is kept. */
  latency(ms: number, jitterMs?: number): void
  /** In each direction of each connection. */
  bandwidth(bytesPerSecond: number): void
  /** Nothing passes, in one direction or in both; connections stay and new ones are taken. What was sent waits. */
  freeze(direction?: Direction): void
  thaw(): void
  /** Ends every connection with an RST. New ones are taken. */
  reset(): void
  /**
   * The server's host is gone without a word: the server loses its connections, clients keep theirs and hear nothing, and new ones
   * are taken but never answered. `heal` resets those, as a host that has come back does.
   */
  halfOpen(): void
  /** Nobody listens: new connections are refused, the open ones stay. */
  refuse(): Promise<void>
  accept(): Promise<void>
  /** Ends all faults. */
  heal(): Promise<void>
  /** Ends everything. May be called twice. */
  stop(): Promise<void>
}

export interface FaultCounts {
  accepted: number
  bytesToServer: number
  bytesToClient: number
}

export interface FaultProxyOptions {
  readonly host: string
  readonly port: number
  /** From 0 to 1, for the jitter. */
  readonly random?: () => number
}

/** One connection through the proxy. Without a server it is half open. */
interface Link {
  readonly client: Socket
  server: Socket | undefined
  lanes: readonly Lane[]
}

/** Listens on a free port of 127.0.0.1 for a PostgreSQL, a Redis or anything else behind it. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { random = Math.random } = options
  const port = await freePort()
  const links = new Set<Link>()
  const counts = { accepted: 0, bytesToServer: 0, bytesToClient: 0 }
  const delay = { ms: 0, jitterMs: 0 }
  const delayMs = (): number => delay.ms + delay.jitterMs * random()
  const up: LaneFaults = { isFrozen: false, delayMs, bytesPerSecond: Infinity }
  const down: LaneFaults = { isFrozen: false, delayMs, bytesPerSecond: Infinity }
  let isHalfOpen = false
  let listening: Server | undefined

  function take(client: Socket): void {
    counts.accepted += 1
    const link: Link = { client, server: undefined, lanes: [] }
    links.add(link)
    client.on('error', () => undefined)
    client.on('close', () => forget(link))
    if (isHalfOpen) client.resume()
    else open(link)
  }

  function open(link: Link): void {
    const { client } = link
    const server = connect({ host: options.host, port: options.port, allowHalfOpen: true })
    server.setNoDelay(true)
    server.on('close', () => forget(link))
    link.server = server
    link.lanes = [
      createLane(client, server, up, bytes => (counts.bytesToServer += bytes)),
      createLane(server, client, down, bytes => (counts.bytesToClient += bytes)),
    ]
  }

  /** One side may be gone for long before a frozen network tells the other. */
  function forget(link: Link): void {
    if (link.client.closed && link.server?.closed !== false) links.delete(link)
  }

  /** The client keeps its socket; what it sends from now on goes nowhere. */
  function halve(link: Link): void {
    link.server?.removeAllListeners().on('error', () => undefined)
    link.server?.destroy()
    link.server = undefined
    link.lanes = []
    link.client.removeAllListeners('data').removeAllListeners('end').resume()
  }

  function wake(): void {
    for (const { lanes } of links) for (const lane of lanes) lane.wake()
  }

  function resetAll(which: (link: Link) => boolean): void {
    for (const link of [...links].filter(which)) {
      link.server?.resetAndDestroy()
      link.client.resetAndDestroy()
    }
  }

  async function accept(): Promise<void> {
    if (listening !== undefined) return
    listening = createServer({ allowHalfOpen: true, noDelay: true }, take)
    listening.listen(port, HOST)
    await once(listening, 'listening')
  }

  async function refuse(): Promise<void> {
    listening?.close() // It waits for the open connections, which we do not.
    listening = undefined
  }

  function thaw(): void {
    up.isFrozen = false
    down.isFrozen = false
    wake()
  }

  function bandwidth(bytesPerSecond: number): void {
    up.bytesPerSecond = bytesPerSecond
    down.bytesPerSecond = bytesPerSecond
    wake()
  }

  await accept()
  return {
    port,
    get connections() {
      return [...links].filter(({ client }) => !client.destroyed).length
    },
    counts,
    urlFor(url) {
      const changed = new URL(url)
      changed.hostname = HOST
      changed.port = String(port)
      return changed.href
    },
    latency: (ms, jitterMs = 0) => void Object.assign(delay, { ms, jitterMs }),
    bandwidth,
    freeze(direction) {
      if (direction !== 'to-client') up.isFrozen = true
      if (direction !== 'to-server') down.isFrozen = true
    },
    thaw,
    reset: () => resetAll(() => true),
    halfOpen() {
      isHalfOpen = true
      links.forEach(halve)
    },
    refuse,
    accept,
    async heal() {
      Object.assign(delay, { ms: 0, jitterMs: 0 })
      isHalfOpen = false
      bandwidth(Infinity)
      thaw()
      resetAll(({ server }) => server === undefined)
      await accept()
    },
    async stop() {
      await refuse()
      for (const { client, server } of links) {
        client.destroy()
        server?.destroy()
      }
    },
  }
}
