import { type AnswerSeen, type Connection, openConnection } from '../../load/connection.ts'

/** One keep-alive connection that asks one thing at a time, and is opened anew after it broke. */
export interface Caller {
  /** Status 0: the connection broke, or no answer came in time. */
  ask(request: Buffer): Promise<AnswerSeen>
  close(): void
}

export function createCaller(port: number, answerWithinMs: number): Caller {
  let connection: Connection | undefined
  let answered: (seen: AnswerSeen) => void = () => undefined

  function drop(): void {
    connection?.close()
    connection = undefined
  }

  return {
    async ask(request) {
      const reply = new Promise<AnswerSeen>(resolve => {
        answered = resolve
      })
      const timer = setTimeout(() => answered(NO_ANSWER), answerWithinMs)
      try {
        connection ??= await openConnection(port, seen => answered(seen))
        connection.send(request)
        const seen = await reply
        if (seen.status === 0) drop()
        return seen
      } catch (error) {
        return { ...NO_ANSWER, head: String(error) }
      } finally {
        clearTimeout(timer)
      }
    },
    close: drop,
  }
}

const NO_ANSWER: AnswerSeen = { status: 0, bytes: 0, head: 'No answer in time' }
