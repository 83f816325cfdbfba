import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A program of `programs/` in a process of its own: it carries out one order at a time, in the order in which they were given. */
export interface Worker<Order> {
  readonly pid: number
  ask<Result>(order: Order): Promise<Result>
  stop(): Promise<void>
}

export interface WorkerReply {
  readonly result?: unknown
  readonly failure?: string
}

/** Compiled, so that no loader of TypeScript has a part in the figures. `settings`: given to the program as JSON. */
export function startWorker<Order>(program: string, settings: unknown): Worker<Order> {
  const path = fileURLToPath(new URL(`../dist/benchmarks/programs/${program}.js`, import.meta.url))
  const child = fork(path, [JSON.stringify(settings)], {
    execArgv: ['--expose-gc'],
    serialization: 'advanced', // JSON has no NaN.
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let before: Promise<unknown> = Promise.resolve()
  async function askNow(order: Order): Promise<unknown> {
    if (child.exitCode !== null) throw new Error(`${program} has ended`)
    child.send(order as object)
    const { result, failure } = await replyOf(child)
    if (failure !== undefined) throw new Error(`${program}: ${failure}`)
    return result
  }
  return {
    pid: child.pid ?? 0,
    ask<Result>(order: Order) {
      const asked = before.then(() => askNow(order))
      before = asked.catch(() => undefined)
      return asked as Promise<Result>
    },
    async stop() {
      if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(timer)
    },
  }
}

function replyOf(child: ReturnType<typeof fork>): Promise<WorkerReply> {
  return new Promise(resolve => {
    const answer = (reply: WorkerReply) => {
      child.off('message', answer).off('exit', fail)
      resolve(reply)
    }
    const fail = () => answer({ failure: 'it ended' })
    child.once('message', answer).once('exit', fail)
  })
}
