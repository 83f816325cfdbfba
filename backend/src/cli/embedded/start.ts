import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { resolve } from 'node:path'
import { accountFor } from './account.ts'
import { findBinaries } from './binaries.ts'
import { makeParent, prepareCluster } from './cluster.ts'
import { EmbeddedPortError } from './errors.ts'
import { lockDataDirectory } from './lock.ts'
import { runServer, type ServerCommand, stopServer } from './server-process.ts'

export interface EmbeddedOptions {
  /** Where the cluster lives; made when it is new. */
  readonly dataDir: string
  /** Default: a free one. */
  readonly port?: number | undefined
  /** A folder with `postgres` and `initdb` of another version. Default: the npm package's. */
  readonly binDir?: string | undefined
  /** Server settings, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Hears a line for each step that takes a while. Default: nobody. */
  readonly onProgress?: (line: string) => void
}

export interface EmbeddedServer {
  /** As the superuser `postgres`, without a password, to the database `postgres`. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Stops the server and gives its directory back. May be called twice. */
  stop(): Promise<void>
}

/** How often another free port is tried when a program takes it between our look and the server's start. */
const PORT_ATTEMPTS = 5

/**
 * Starts a PostgreSQL server of one's own on 127.0.0.1, as root too (then its processes run as `nobody`), and waits
 * until it takes connections. A server that a killed launcher left on the same directory is stopped first.
 * Fails with ST020 to ST024 (`errors.ts`).
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { port, binDir, settings = {}, onProgress = () => undefined } = options
  const dataDir = resolve(options.dataDir)
  const account = accountFor(dataDir)
  const binaries = findBinaries({ binDir, account, onProgress })
  makeParent(dataDir)
  const unlock = await lockDataDirectory(dataDir)
  try {
    prepareCluster(dataDir, binaries, account, onProgress)
    const command = { postgres: binaries.postgres, dataDir, account, settings }
    return await listen(command, port, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function listen(
  command: Omit<ServerCommand, 'port'>,
  wanted: number | undefined,
  unlock: () => void,
): Promise<EmbeddedServer> {
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort())
    try {
      return serverOf(await runServer({ ...command, port }), port, unlock)
    } catch (error) {
      const again = error instanceof EmbeddedPortError && wanted === undefined
      if (!again || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

function serverOf(child: ChildProcess, port: number, unlock: () => void): EmbeddedServer {
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    pid: child.pid ?? 0,
    async stop() {
      await stopServer(child)
      unlock()
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo // It listens on TCP.
  probe.close()
  await once(probe, 'close')
  return port
}
