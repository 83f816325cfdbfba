import { setTimeout as sleep } from 'node:timers/promises'
import { type Runner, requestsOf, type Scenario } from './rounds.ts'
import { saySame } from './same-answers.ts'
import { query, type Store } from './store.ts'

/** So many requests of a scenario are compared before it is measured. */
const COMPARED = 20
/** What is written past the servers shows when their caches have read the journal. */
const NOTICED_MS = 1_000

/**
 * Asks all contestants the same and compares what they say; the floor answers a constant and is left out. Fails with
 * the first difference: servers that answer differently cannot be compared.
 */
export async function checkAnswers(
  scenario: Scenario,
  runners: readonly Runner[],
  store: Store,
): Promise<void> {
  const compared = runners.filter(({ contestant }) => contestant.name !== 'floor')
  const answers: Answers[] = []
  for (const runner of compared) answers.push(await askAll(scenario, runner, store))
  const [first, ...others] = answers
  for (const other of others) compare(scenario.name, first as Answers, other)
}

interface Answers {
  readonly contestant: string
  readonly answers: readonly Answer[]
}

interface Answer {
  readonly request: string
  readonly status: number
  /** Undefined: there was none. */
  readonly body: unknown
}

function compare(scenario: string, first: Answers, other: Answers): void {
  first.answers.forEach((expected, index) => {
    const actual = other.answers[index] as Answer
    if (expected.status === actual.status && saySame(expected.body, actual.body)) return
    throw new Error(
      [
        `${scenario}: ${first.contestant} and ${other.contestant} differ`,
        ...[expected, actual].map(
          ({ request, status, body }) => `${request}\n${status} ${JSON.stringify(body)}`,
        ),
      ].join('\n'),
    )
  })
}

async function askAll(scenario: Scenario, runner: Runner, store: Store): Promise<Answers> {
  const prepare = scenario.prepareToCompare ?? scenario.prepare
  if (prepare !== undefined) {
    await query(store.url, prepare)
    await sleep(NOTICED_MS)
  }
  const answers: Answer[] = []
  for (let index = 0; index < COMPARED; index++) answers.push(await ask(scenario, runner, index))
  return { contestant: runner.contestant.name, answers }
}

async function ask(
  scenario: Scenario,
  { contestant, server }: Runner,
  index: number,
): Promise<Answer> {
  const requests = requestsOf(scenario, contestant)
  const asked = requests[index % requests.length]
  if (asked === undefined) throw new Error(`${scenario.name} asks nothing`)
  const { method, path, body } = asked
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: {
      ...scenario.headers,
      ...contestant.headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${contestant.name}: ${method} ${path}\n${text}`)
  return {
    request: `${method} ${path}`,
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
  }
}
