import { Agent, type IncomingHttpHeaders, request } from 'node:http'

/** What came of a request. */
export interface Answer {
  /** 0: none came. */
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Of status 0: why. */
  readonly body: string
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** The instances of a contestant, as a load balancer with health checks shows them. */
export interface Front {
  ask(asked: Asked): Promise<Answer>
  close(): void
}

/**
 * One instance after the other is asked, and the next one where a connection is refused: such an instance is down, and has
 * seen nothing of the request. Nothing else is tried again.
 */
export function createFront(ports: readonly number[], patienceMs: number): Front {
  const instances = ports.map(port => ({
    port,
    agent: new Agent({ keepAlive: true, maxSockets: 256 }),
  }))
  let turn = 0
  return {
    async ask(asked) {
      const first = turn++
      let answer = NONE
      for (let tried = 0; tried < instances.length; tried++) {
        const instance = instances[(first + tried) % instances.length]
        if (instance === undefined) break
        answer = await send(instance, asked, patienceMs)
        if (answer.status !== 0 || !REFUSED.test(answer.body)) break
      }
      return answer
    },
    close() {
      for (const { agent } of instances) agent.destroy()
    },
  }
}

const NONE: Answer = { status: 0, headers: {}, body: 'There is no instance' }
const REFUSED = /^ECONNREFUSED/

function send(
  { port, agent }: { readonly port: number; readonly agent: Agent },
  { method, path, headers, body }: Asked,
  patienceMs: number,
): Promise<Answer> {
  return new Promise(resolve => {
    const sent = request({ port, host: '127.0.0.1', agent, method, path, headers }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
      })
      response.once('end', () => {
        const { statusCode = 0 } = response
        end({ status: statusCode, headers: response.headers, body: text })
      })
      response.once('error', fail)
    })
    const fail = (error: NodeJS.ErrnoException) => {
      const again = sent.reusedSocket ? ', on a connection that was used before' : ''
      end({ status: 0, headers: {}, body: `${error.code ?? error.message}${again}` })
    }
    const timer = setTimeout(() => {
      end({ status: 0, headers: {}, body: 'No answer in time' })
      sent.destroy()
    }, patienceMs)
    const end = (answer: Answer) => {
      clearTimeout(timer)
      resolve(answer)
    }
    sent.once('error', fail)
    sent.end(body)
  })
}
