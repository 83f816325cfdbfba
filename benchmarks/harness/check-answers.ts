import type { Runner, Scenario } from './rounds.ts'
import { saySame } from './same-answers.ts'

/** So many requests of a scenario are compared before it is measured. */
const COMPARED = 20

/**
 * Asks all contestants the same and compares what they say; the floor answers a constant and is left out. Fails with
 * the first difference: servers that answer differently cannot be compared.
 */
export async function checkAnswers(scenario: Scenario, runners: readonly Runner[]): Promise<void> {
  const [first, ...others] = runners.filter(({ contestant }) => contestant.name !== 'floor')
  if (first === undefined) return
  for (let index = 0; index < COMPARED; index++) {
    const expected = await ask(scenario, first, index)
    for (const other of others) {
      const actual = await ask(scenario, other, index)
      if (saySame(expected.body, actual.body)) continue
      throw new Error(
        [
          `${scenario.name}: ${first.contestant.name} and ${other.contestant.name} differ`,
          ...[expected, actual].map(({ url, body }) => `${url}\n${JSON.stringify(body)}`),
        ].join('\n'),
      )
    }
  }
}

async function ask(scenario: Scenario, { contestant, server }: Runner, index: number) {
  const paths = scenario.paths[contestant.name]
  const url = `http://127.0.0.1:${server.port}${paths[index % paths.length]}`
  const headers = { ...scenario.headers, ...contestant.headers }
  const response = await fetch(url, { headers })
  const body: unknown = await response.json()
  if (!response.ok) throw new Error(`${contestant.name}: ${url}\n${JSON.stringify(body)}`)
  return { url, body }
}
