import { connect, type Socket } from 'node:net'

/** What a connection tells about one answer. */
export interface AnswerSeen {
  /** 0 when the connection broke instead. */
  readonly status: number
  readonly bytes: number
  readonly head: string
}

/** One keep-alive connection: `send` writes a whole request, `onAnswer` is called once for each. */
export interface Connection {
  send(request: Buffer): void
  close(): void
}

/**
 * A client that costs little: it shares the machine with the server it measures. It reads no more of HTTP than where
 * an answer ends, and wants a Content-Length for that.
 */
export function openConnection(
  port: number,
  onAnswer: (seen: AnswerSeen) => void,
): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const reader = createReader(onAnswer)
  socket.on('data', reader)
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(handOut(socket, onAnswer))
    })
  })
}

function handOut(socket: Socket, onAnswer: (seen: AnswerSeen) => void): Connection {
  let closing = false
  const broken = (head: string) => {
    if (!closing) onAnswer({ status: 0, bytes: 0, head })
    closing = true
  }
  socket.on('error', error => broken(error.message))
  socket.on('close', () => broken('The server closed the connection'))
  return {
    send: request => void socket.write(request),
    close() {
      closing = true
      socket.destroy()
    },
  }
}

/** Finds where each answer ends in the pieces in which it arrives. One answer at a time is under way. */
export function createReader(onAnswer: (seen: AnswerSeen) => void): (piece: Buffer) => void {
  let pieces: Buffer = Buffer.alloc(0)
  let missing = 0
  let head = ''
  let bytes = 0
  return piece => {
    bytes += piece.length
    if (head === '') {
      pieces = pieces.length === 0 ? piece : Buffer.concat([pieces, piece])
      const end = pieces.indexOf('\r\n\r\n')
      if (end < 0) return
      head = pieces.toString('latin1', 0, end)
      missing = contentLength(head) - (pieces.length - end - 4)
      pieces = Buffer.alloc(0)
    } else {
      missing -= piece.length
    }
    if (missing > 0) return
    const seen = { status: Number(head.slice(9, 12)), bytes, head }
    head = ''
    bytes = 0
    onAnswer(seen)
  }
}

function contentLength(head: string): number {
  if (/^HTTP\/1.1 (204|304) /.test(head)) return 0
  const value = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (value === undefined) throw new Error(`An answer without Content-Length: ${head}`)
  return Number(value)
}
