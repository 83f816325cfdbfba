import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadCommand, LoadOrder, LoadReply, LoadReport } from '../load/messages.ts'

/** The process that generates load; it does one portion at a time. */
export interface LoadGenerator {
  /** Opens the connections of a portion. `run` then puts the load on the server, `close` ends the connections. */
  open(order: LoadOrder): Promise<OpenPortion>
  stop(): void
}

export interface OpenPortion {
  run(): Promise<LoadReport>
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('../dist/benchmarks/load/main.js', import.meta.url))

/** Load comes from a process of its own, so that its work is in nobody's figures. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(PROGRAM, { execArgv: [] })
  return {
    async open(order) {
      await command(child, { kind: 'open', order })
      return {
        async run() {
          const report = await command(child, { kind: 'run' })
          if (report === undefined) throw new Error('The load generator reported nothing')
          return report
        },
        async close() {
          await command(child, { kind: 'close' })
        },
      }
    },
    stop: () => child.disconnect(),
  }
}

async function command(child: ChildProcess, message: LoadCommand): Promise<LoadReport | undefined> {
  child.send(message)
  const reply = await nextReply(child)
  if ('failure' in reply) throw new Error(reply.failure)
  return reply.report
}

function nextReply(child: ChildProcess): Promise<LoadReply> {
  return new Promise(resolve => {
    const answer = (reply: LoadReply) => {
      child.off('message', answer).off('exit', fail)
      resolve(reply)
    }
    const fail = () => answer({ failure: 'The load generator ended' })
    child.once('message', answer).once('exit', fail)
  })
}
