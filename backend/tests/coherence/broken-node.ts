import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { type RawResponse, send } from '../support/http-client.ts'

/** What is wrong with it: it keeps answers for a moment whatever is written, or gives them to anybody who asks the same as well. */
export type Defect = 'keeps' | 'confuses'

const KEPT_MS = 200

export interface BrokenNode {
  readonly address: string
  stop(): Promise<void>
}

/** Stands before a node that is right, and makes it wrong: whoever judges answers has to notice. */
export async function startBrokenNode(right: string, defect: Defect): Promise<BrokenNode> {
  const agent = new Agent({ keepAlive: true })
  const kept = new Map<string, { readonly answer: RawResponse; readonly untilMs: number }>()

  async function answer(request: IncomingMessage): Promise<RawResponse> {
    const { method = 'GET', url = '/', headers } = request
    const who = defect === 'confuses' ? '' : headers.authorization
    const key = `${url} ${who} ${String(headers['prefer'])}`
    const found = method === 'GET' ? kept.get(key) : undefined
    if (found !== undefined && performance.now() < found.untilMs) return found.answer
    const body = await textOf(request)
    const parts = { method, target: url, headers: headers as Record<string, string>, body }
    const got = await send(right, parts, agent)
    if (method === 'GET') kept.set(key, { answer: got, untilMs: performance.now() + KEPT_MS })
    return got
  }

  const server = createServer((request, response) => {
    answer(request).then(
      got => reply(response, got),
      () => response.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    address: `http://127.0.0.1:${port ?? 0}`,
    async stop() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function reply(response: ServerResponse, { status, headers, bytes }: RawResponse): void {
  const { 'transfer-encoding': _, connection: __, ...others } = headers
  response.writeHead(status, others)
  response.end(bytes)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
