import { chmod, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { HttpRules } from './options.ts'

/** Where to listen: at a socket, or where there is none at a port. */
export type Place = Pick<HttpRules, 'host' | 'port' | 'socket' | 'socketMode'>

/** Where health and metrics are served; undefined: beside the API. A socket comes before a port. */
export function adminPlaceOf(rules: HttpRules): Place | undefined {
  const { host, adminHost = host, adminPort, adminSocket, adminSocketMode } = rules
  if (adminPort === undefined && adminSocket === undefined) return undefined
  const socketMode = adminSocketMode
  return { host: adminHost, port: adminPort ?? 0, socket: adminSocket, socketMode }
}

/**
 * Begins to listen there. A socket that a server left behind is replaced, one that a server listens on is
 * not. Rejects with Node's error when the place is taken or not ours.
 */
export async function listen(
  app: FastifyInstance,
  { host, port, socket, socketMode }: Place,
): Promise<void> {
  if (socket === undefined) {
    await app.listen({ host, port })
    return
  }
  if (await isLeftBehind(socket)) await unlink(socket)
  await app.listen({ path: socket })
  await chmod(socket, Number.parseInt(socketMode, 8))
}

/** The file is there, and nobody answers behind it. */
function isLeftBehind(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const client = connect(path)
    client.on('connect', () => {
      client.destroy()
      resolve(false)
    })
    client.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}
