import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

/** The control for sqlmap: what not to write. It must never hold anything that somebody could miss. */
export async function startCarelessServer(connectionString: string, relation: string) {
  const pool = new pg.Pool({ connectionString, max: 4 })
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '', 'http://127.0.0.1').searchParams.get('name') ?? ''
    pool.query(`select id, name from ${relation} where name = '${name}'`).then(
      ({ rows }) => response.end(JSON.stringify(rows)),
      (error: Error) => response.writeHead(500).end(error.message),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await pool.end()
    },
  }
}
