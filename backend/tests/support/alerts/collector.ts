import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What came in. */
export interface Collected {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** What it was answered with. */
  readonly status: number
}

/** A server that takes what is posted to it, and answers as the test wants. */
export interface Collector {
  readonly url: string
  readonly port: number
  readonly got: Collected[]
  /** Those that it answered with 200. */
  taken(): readonly Collected[]
  answer: (request: Omit<Collected, 'status'>) => number
  answerHeaders: Record<string, string>
  answerBody: string
}

export async function startCollector(port = 0): Promise<Collector> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url = '', headers } = request
      const body = Buffer.concat(chunks).toString('utf8')
      const status = collector.answer({ url, headers, body })
      collector.got.push({ url, headers, body, status })
      response.writeHead(status, collector.answerHeaders).end(collector.answerBody)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  const collector: Collector = {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    got: [],
    taken: () => collector.got.filter(({ status }) => status === 200),
    answer: () => 200,
    answerHeaders: {},
    answerBody: '',
  }
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return collector
}
