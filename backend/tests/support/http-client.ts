import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http'

export interface RawRequest {
  readonly method: string
  /** As it stands in the request line: nothing is normalised on the way, except that a space is encoded. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
  /** Ends the request, and the connection with it. */
  readonly signal?: AbortSignal
}

export interface RawResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: IncomingHttpHeaders
  /** The body as text, and as it came. */
  readonly body: string
  readonly bytes: Buffer
}

/** A connection for each request, so that none depends on another. */
const single = new Agent({ keepAlive: false })

/** One request over a socket, answered by whoever listens at `address` (`http://127.0.0.1:3000`). */
export function send(
  address: string,
  { method, target, headers, body, signal }: RawRequest,
  agent: Agent = single,
): Promise<RawResponse> {
  const { hostname, port } = new URL(address)
  const path = target.replaceAll(' ', '%20')
  const options = { hostname, port, method, path, headers, agent, ...(signal && { signal }) }
  return new Promise((resolve, reject) => {
    const sent = httpRequest(options, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? '',
          headers: response.headers,
          body: bytes.toString(),
          bytes,
        })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
