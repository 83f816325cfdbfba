import { Buffer } from 'node:buffer'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import pg from 'pg'

const CODE = { query: 0x51, ready: 0x5a, sync: 0x53, terminate: 0x58 }
const IDLE = 0x49
const SSL_REQUEST = 80_877_103
const CANCEL_REQUEST = 80_877_102
/** Of no process: what a pooler tells of the server connections behind it. */
const INVENTED_PROCESS = 4_000_001

export interface Multiplexer {
  readonly port: number
  /** Transactions that were run. */
  readonly transactions: () => number
  stop(): Promise<void>
}

interface Message {
  readonly code: number
  readonly bytes: Buffer
}

/**
 * A pooler in transaction mode, as small as one can be: every client is told that it is logged in, and each of its
 * transactions goes to the server connection whose turn it is.
 */
export async function startMultiplexer(
  url: string,
  serverConnections: number,
): Promise<Multiplexer> {
  const servers = await Promise.all(Array.from({ length: serverConnections }, () => login(url)))
  const clients = new Set<Socket>()
  let transactions = 0

  function serve(client: Socket): void {
    clients.add(client)
    client.setNoDelay(true)
    client.on('error', () => client.destroy())
    client.on('close', () => clients.delete(client))
    let server: ServerConnection | undefined
    let batch: Buffer[] = []
    let turn = Promise.resolve()
    const read = messages(message => {
      if (message.code === CODE.terminate) return void client.end()
      batch.push(message.bytes)
      if (message.code !== CODE.sync && message.code !== CODE.query) return
      const bytes = Buffer.concat(batch.splice(0))
      batch = []
      turn = turn.then(() => run(bytes))
    })
    const run = async (bytes: Buffer) => {
      server ??= await (servers[transactions++ % servers.length] as ServerConnection).lock()
      if (await server.exchange(bytes, client)) {
        server.unlock()
        server = undefined
      }
    }
    client.once('data', greeting => greet(client, greeting, read))
  }

  const listener = createServer(serve)
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: (listener.address() as AddressInfo).port,
    transactions: () => transactions,
    async stop() {
      for (const client of clients) client.destroy()
      listener.close()
      for (const server of servers) server.close()
    },
  }
}

/** Answers the start-up of a client; then `read` gets what it sends. */
function greet(client: Socket, greeting: Buffer, read: (bytes: Buffer) => void): void {
  const version = greeting.readInt32BE(4)
  if (version === CANCEL_REQUEST) return void client.end()
  if (version === SSL_REQUEST) {
    client.write('N')
    client.once('data', next => greet(client, next, read))
    return
  }
  client.on('data', read)
  client.write(
    Buffer.concat([
      message('R', int32(0)),
      message('S', Buffer.from('server_version\0' + '15.0\0')),
      message('S', Buffer.from('client_encoding\0UTF8\0')),
      message('K', Buffer.concat([int32(INVENTED_PROCESS), int32(1)])),
      message('Z', Buffer.from('I')),
    ]),
  )
}

interface ServerConnection {
  /** Resolves when nobody else has it. */
  lock(): Promise<ServerConnection>
  unlock(): void
  /** Sends, passes on the answer; true: no transaction is open afterwards. */
  exchange(bytes: Buffer, client: Socket): Promise<boolean>
  close(): void
}

async function login(url: string): Promise<ServerConnection> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  const { stream } = client.connection
  stream.removeAllListeners('data')
  let onMessage: (message: Message) => void = () => undefined
  stream.on(
    'data',
    messages(message => onMessage(message)),
  )
  let last = Promise.resolve()
  let unlock = (): void => undefined
  const connection: ServerConnection = {
    async lock() {
      const before = last
      let release = (): void => undefined
      last = new Promise(resolve => {
        release = resolve
      })
      await before
      unlock = release
      return connection
    },
    unlock: () => unlock(),
    exchange: (bytes, to) =>
      new Promise(resolve => {
        onMessage = ({ code, bytes: answer }) => {
          to.write(answer)
          if (code === CODE.ready) resolve(answer[5] === IDLE)
        }
        stream.write(bytes)
      }),
    close: () => stream.destroy(),
  }
  return connection
}

/** Cuts a stream into messages. */
function messages(onMessage: (message: Message) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return chunk => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 5) {
      const end = 1 + rest.readInt32BE(1)
      if (rest.length < end) return
      onMessage({ code: rest[0] as number, bytes: rest.subarray(0, end) })
      rest = rest.subarray(end)
    }
  }
}

function message(code: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(code), int32(body.length + 4), body])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
