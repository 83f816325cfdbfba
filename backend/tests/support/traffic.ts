import { Agent } from 'node:http'
import { type RawResponse, send } from './http-client.ts'

/** What came of one request. */
export interface Outcome {
  /** Which of the clients sent it. */
  readonly client: number
  readonly method: string
  readonly target: string
  /** On one monotonic clock, in milliseconds. */
  readonly startedMs: number
  readonly endedMs: number
  /** 0: there was no answer. */
  readonly status: number
  /** Of an error: `code` of its body, or of the socket (`ECONNRESET`); `TIMEOUT` after `timeoutMs`. Of a success: empty. */
  readonly code: string
  readonly body: string
  /** The consistency token that came with it. */
  readonly token: string | undefined
}

/** One client with a connection of its own that it keeps. Its requests never reject. */
export interface TrafficClient {
  readonly number: number
  get(target: string, headers?: Readonly<Record<string, string>>): Promise<Outcome>
  /** `body` becomes JSON. */
  post(target: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Outcome>
}

export interface TrafficOptions {
  /** `http://127.0.0.1:3000`. A function: asked before each request, for clients that look for another server. */
  readonly address: string | (() => string)
  /** Default 4. */
  readonly clients?: number
  /** What a client does in its nth turn, from 0. It goes on to the next turn at once. */
  readonly turn: (client: TrafficClient, turn: number) => Promise<unknown>
  /** Turns of each client at most. Default 100_000. */
  readonly turns?: number
  /** All clients end after this time at the latest, in milliseconds. Default 20_000. */
  readonly forMs?: number
  /** Wait after each turn, in milliseconds. Default 0. */
  readonly pauseMs?: number
  /** Longest wait for one answer, in milliseconds. Default 15_000. */
  readonly timeoutMs?: number
}

export interface Traffic {
  /** All outcomes so far, in the order in which they ended. */
  readonly log: readonly Outcome[]
  /** Resolves when all clients have had their turns; rejects when a turn threw, which no request does. */
  readonly ended: Promise<readonly Outcome[]>
  /** Lets every client finish its turn. */
  stop(): Promise<readonly Outcome[]>
}

/** Clients that send one request after the other, until they are told to stop or have had enough. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { clients = 4, turns = 100_000, forMs = 20_000, pauseMs = 0 } = options
  const log: Outcome[] = []
  const until = performance.now() + forMs
  let isOn = true

  async function work(number: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const client = createClient(number, agent, options, log)
    try {
      for (let turn = 0; isOn && turn < turns && performance.now() < until; turn++) {
        await options.turn(client, turn)
        await new Promise(done => (pauseMs > 0 ? setTimeout(done, pauseMs) : setImmediate(done)))
      }
    } finally {
      agent.destroy()
    }
  }

  const working = Array.from({ length: clients }, (_, number) => work(number))
  const ended = Promise.all(working).then(() => log)
  ended.catch(() => undefined) // Whoever stops it is told.
  return {
    log,
    ended,
    stop() {
      isOn = false
      return ended
    },
  }
}

function createClient(
  number: number,
  agent: Agent,
  { address, timeoutMs = 15_000 }: TrafficOptions,
  log: Outcome[],
): TrafficClient {
  type Parts = Pick<Parameters<typeof send>[1], 'method' | 'target' | 'headers' | 'body'>

  async function ask(parts: Parts): Promise<Outcome> {
    const { method, target } = parts
    const startedMs = performance.now()
    const signal = AbortSignal.timeout(timeoutMs)
    const place = typeof address === 'string' ? address : address()
    const came = await send(place, { ...parts, signal }, agent).then(answered, failed)
    const outcome = { client: number, method, target, startedMs, endedMs: performance.now() }
    log.push({ ...outcome, ...came })
    return { ...outcome, ...came }
  }

  return {
    number,
    get: (target, headers = {}) => ask({ method: 'GET', target, headers }),
    post: (target, body, headers = {}) =>
      ask({
        method: 'POST',
        target,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  }
}

type Came = Pick<Outcome, 'status' | 'code' | 'body' | 'token'>

function answered({ status, headers, body }: RawResponse): Came {
  const token = headers['s-tier-consistency']
  return { status, code: status < 400 ? '' : codeIn(body), body, token: token && String(token) }
}

function failed(error: NodeJS.ErrnoException): Came {
  const code = error.name === 'TimeoutError' || error.code === 'ABORT_ERR' ? 'TIMEOUT' : error.code
  return { status: 0, code: code ?? error.message, body: '', token: undefined }
}

function codeIn(body: string): string {
  try {
    return String((JSON.parse(body) as { code?: unknown }).code)
  } catch {
    return 'no JSON'
  }
}

/** How often each outcome was seen, such as `{ '201': 40, '503 ST502': 2, '0 ECONNRESET': 1 }`. */
export function tally(log: readonly Outcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { status, code } of log) {
    const name = `${status} ${code}`.trim()
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
