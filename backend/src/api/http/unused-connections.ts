import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Closes connections over which nothing has come, when called: browsers and pools open some in advance. Node (20) does not take
 * them for idle, so that each would hold up a server that closes until its client gives up.
 */
export function unusedConnections(server: Server): () => void {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  }
}
