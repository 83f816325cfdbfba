import { chmod, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { HttpRules } from './options.ts'

/**
 * Begins to listen where the rules say. A socket that a server left behind is replaced, one that a server listens on is
 * not. Rejects with Node's error when the place is taken or not ours.
 */
export async function listen(
  app: FastifyInstance,
  { host, port, socket, socketMode }: HttpRules,
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
