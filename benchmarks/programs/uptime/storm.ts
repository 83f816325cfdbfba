import { get as httpGet } from 'node:http'

/** So many clients at once, each with a connection of its own. */
export interface StormOrder {
  readonly kind: 'storm'
  readonly ports: readonly number[]
  readonly path: string
  readonly clients: number
}

const PATIENCE_MS = 10_000

/** Resolves when all have an answer or none any more. They are not counted: what they do to the others is. */
export async function connectMany({ ports, path, clients }: StormOrder): Promise<void> {
  const all = Array.from({ length: clients }, (_, n) => once(ports[n % ports.length] ?? 0, path))
  await Promise.all(all)
}

function once(port: number, path: string): Promise<void> {
  return new Promise(resolve => {
    const sent = httpGet({ port, path, host: '127.0.0.1', agent: false }, response => {
      response.resume()
      response.once('close', resolve)
    })
    sent.once('error', () => resolve())
    sent.setTimeout(PATIENCE_MS, () => sent.destroy())
  })
}
