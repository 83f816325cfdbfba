import { connect } from 'node:net'

/** What came back before the connection ended. */
export interface RawAnswer {
  /** Undefined: nothing did. */
  readonly status: number | undefined
  readonly text: string
}

const PATIENCE_MS = 20_000

/** Sends bytes as they are, and hears until the server hangs up; whoever is kept waiting for more hangs up at last. */
export function exchange(address: string, request: Buffer): Promise<RawAnswer> {
  return new Promise(resolve => {
    const { hostname, port } = new URL(address)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece))
    socket.on('error', () => undefined) // It may be closed while a request is still being sent.
    socket.on('close', () => resolve({ status: lastStatus(text), text }))
    // What is not complete, by its own account, is never answered: no more will come.
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.write(request, () => setTimeout(() => socket.end(), 50))
  })
}

/** After any interim answers. */
function lastStatus(text: string): number | undefined {
  const found = Array.from(text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm), ([, status]) => Number(status))
  return found.find(status => status >= 200)
}
