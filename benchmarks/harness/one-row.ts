import type { Contestant } from './contestants.ts'
import { startServer } from './processes.ts'
import { loadServer } from './served-load.ts'

const CONNECTIONS = 16

/** Starts a server and asks it for one row of the sample store, the same again and again. */
export async function askForOneRow({ command, headers }: Contestant, requests: number) {
  const server = await startServer(command)
  try {
    return await loadServer({
      ...{ port: server.port, pid: server.pid, requests, connections: CONNECTIONS },
      request: { method: 'GET', path: '/rest/v1/products?select=id,name,price&id=eq.17' },
      headers,
    })
  } finally {
    await server.stop()
  }
}
