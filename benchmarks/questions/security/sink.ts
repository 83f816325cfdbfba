import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sharedNow } from '../../programs/security/node.ts'

/** Takes alerts as a webhook does, and knows when the first about each address came. */
export interface Sink {
  readonly url: string
  readonly arrivals: ReadonlyMap<string, number>
  /** All alerts, also those about what was told of before. */
  count(): number
  stop(): Promise<void>
}

export async function startSink(): Promise<Sink> {
  const arrivals = new Map<string, number>()
  let count = 0
  const take = (text: string): void => {
    const ip = ipOf(text)
    if (ip === undefined) return
    count++
    if (!arrivals.has(ip)) arrivals.set(ip, sharedNow())
  }
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => (text += part))
    request.once('end', () => {
      take(text)
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    arrivals,
    count: () => count,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Notice {
  readonly type?: string
  readonly data?: { readonly principal?: { readonly ip?: string } }
}

function ipOf(text: string): string | undefined {
  const { data } = JSON.parse(text) as Notice
  return data?.principal?.ip
}
