import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { createLanes } from './lanes.ts'

const request = (name: string, bytes = 1) => ({ name, bytes })

/** Lanes over a receiver that answers when it is told to. */
function controlled({ requestsMax = 10, bytesMax = 100 } = {}) {
  const sent: { readonly names: readonly string[]; readonly settle: (error?: Error) => void }[] = []
  const add = createLanes<ReturnType<typeof request>, string>({
    ...{ requestsMax, bytesMax },
    send: (lane, requests) =>
      new Promise((resolve, reject) => {
        const names = requests.map(({ name }) => `${lane}:${name}`)
        sent.push({ names, settle: error => (error ? reject(error) : resolve(names)) })
      }),
  })
  return { add, sent }
}

test('what comes while something of its lane is under way goes together, other lanes at once', async () => {
  const { add, sent } = controlled()
  const first = add('a', request('1'))
  const waiting = [add('a', request('2')), add('a', request('3'))]
  void add('b', request('4'))
  expect(sent.map(({ names }) => names)).toEqual([['a:1'], ['b:4']])
  sent[0]?.settle()
  expect(await first).toBe('a:1')
  await expect.poll(() => sent[2]?.names).toEqual(['a:2', 'a:3'])
  sent[2]?.settle()
  expect(await Promise.all(waiting)).toEqual(['a:2', 'a:3'])
})

test('a group has so many requests and bytes at most, and one that is too large goes alone', async () => {
  const { add, sent } = controlled({ requestsMax: 2, bytesMax: 10 })
  const all = [1, 1, 1, 1, 50, 6, 6].map((bytes, at) => add('a', request(String(at), bytes)))
  for (let at = 0; at < 6; at++) {
    await expect.poll(() => sent.length).toBe(at + 1)
    sent[at]?.settle()
  }
  await Promise.all(all)
  const groups = sent.map(({ names }) => names.map(name => name.slice(2)))
  expect(groups).toEqual([['0'], ['1', '2'], ['3'], ['4'], ['5'], ['6']])
})

test('of a group that fails each is sent alone, so that only the guilty one fails', async () => {
  let calls = 0
  const add = createLanes<ReturnType<typeof request>, string>({
    ...{ requestsMax: 10, bytesMax: 100 },
    async send(_lane, requests) {
      calls++
      if (requests.some(({ name }) => name === 'bad')) throw new Error('bad')
      return requests.map(({ name }) => name)
    },
  })
  const outcomes = ['1', '2', 'bad', '3'].map(name => add('a', request(name)))
  const settled = await Promise.allSettled(outcomes)
  expect(settled.map(({ status }) => status)).toEqual(
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'], //
  )
  expect(calls).toBe(1 + 1 + 3)
})

test('every request is answered once, in the order of its lane, whatever comes when', async () => {
  console.log(`seed ${seed}`)
  const plan = fc.array(fc.record({ lane: fc.constantFrom('a', 'b'), isPaused: fc.boolean() }))
  const property = fc.asyncProperty(plan, async steps => {
    const received: Record<string, number[]> = { a: [], b: [] }
    let running = 0
    const add = createLanes<{ at: number; bytes: number }, number>({
      ...{ requestsMax: 3, bytesMax: 100 },
      async send(lane, requests) {
        if (++running > 2) throw new Error('More than one at a time in a lane')
        await new Promise(resolve => setImmediate(resolve))
        running--
        received[lane]?.push(...requests.map(({ at }) => at))
        return requests.map(({ at }) => at)
      },
    })
    const answers: Promise<number>[] = []
    for (const [at, { lane, isPaused }] of steps.entries()) {
      answers.push(add(lane, { at, bytes: 1 }))
      if (isPaused) await new Promise(resolve => setImmediate(resolve))
    }
    expect(await Promise.all(answers)).toEqual(steps.map((_, at) => at))
    for (const name of ['a', 'b']) {
      const asked = steps.flatMap(({ lane }, at) => (lane === name ? [at] : []))
      expect(received[name]).toEqual(asked)
    }
  })
  await fc.assert(property, { seed, numRuns: 50 })
})
