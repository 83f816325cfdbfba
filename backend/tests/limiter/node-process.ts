// One process of those that share limits. Obeys the lines of its standard input, and says on its standard output what was admitted when.
import { createInterface } from 'node:readline'
import { Asker, type AskerSetup, type Told } from './asker.ts'

const TELL_EVERY_MS = 40
const setup = JSON.parse(process.argv[2] ?? '') as Omit<AskerSetup, 'name' | 'leaseShareMax'>
const LEASED = 0.2
/** Longer than a test takes. */
const ONCE_MS = 600_000

/** What is said of each limiter, and of the one that is asked for so much only once. */
export interface NodeTold {
  readonly exact: Told
  readonly leased: Told
  readonly once: number | undefined
}

const exact = new Asker({ ...setup, name: 'exact', leaseShareMax: 0 })
const leased = new Asker({ ...setup, name: 'leased', leaseShareMax: LEASED })
let once: number | undefined

/** Many more than may pass, of a limiter that has time: on a clock that is wrong all the same. */
async function askOnce(): Promise<number> {
  const rare = { name: 'once', leaseShareMax: 0, windowMs: ONCE_MS, commandTimeoutMs: 20_000 }
  const asker = new Asker({ ...setup, ...rare })
  try {
    await asker.start()
    await asker.untilShared()
    return await asker.askTimes(setup.limit)
  } finally {
    await asker.stop()
  }
}

function tell(): void {
  const told: NodeTold = { exact: exact.tell(), leased: leased.tell(), once }
  console.log(JSON.stringify(told))
}

async function obey(line: string): Promise<void> {
  if (line === 'once') once = await askOnce()
  if (line === 'ask') for (const asker of [exact, leased]) asker.ask()
  if (line === 'rest') await Promise.all([exact.rest(), leased.rest()])
}

await Promise.all([exact.start(), leased.start()])
const telling = setInterval(tell, TELL_EVERY_MS)
for await (const line of createInterface({ input: process.stdin })) await obey(line)
clearInterval(telling)
await Promise.all([exact, leased].map(asker => asker.rest().then(() => asker.stop())))
tell()
