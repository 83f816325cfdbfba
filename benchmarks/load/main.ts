// The process that puts load on a server: it does one command after another for the process that measures.
import { openPortion } from './generate.ts'
import type { LoadCommand, LoadReply } from './messages.ts'
import type { Portion } from './portion.ts'

let portion: Portion | undefined

process.on('message', (command: LoadCommand) => {
  obey(command).then(
    reply => process.send?.(reply),
    (error: unknown) => process.send?.({ failure: String(error) } satisfies LoadReply),
  )
})
process.on('disconnect', () => process.exit(0))

async function obey(command: LoadCommand): Promise<LoadReply> {
  switch (command.kind) {
    case 'open':
      portion = await openPortion(command.order)
      return {}
    case 'run':
      if (portion === undefined) throw new Error('No connections are open')
      return { report: await portion.run() }
    case 'close':
      portion?.close()
      return {}
  }
}
