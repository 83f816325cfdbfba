import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { seed } from '../../../../tests/support/seed.ts'
import { type BusEntry, type BusHead, createBusReader } from './bus-reader.ts'

const RUNS = Number(process.env['STIER_CACHE_MODEL_RUNS'] ?? 2_000)

/** A stream as Redis keeps it, and everything that can happen to it. */
class Stream {
  entries: BusEntry[] = []
  head: BusHead | undefined
  #time = 1_000
  #marks = 0

  send(node: string, texts: readonly string[]): void {
    const head = this.#headOrNew()
    const id = String(Number(head.id) + 1)
    const mark = `m${++this.#marks}`
    this.entries.push({ id, before: head.mark, mark, node, texts: JSON.stringify(texts) })
    this.head = { id, mark }
    this.#time += 1_000
  }

  trim(count: number): void {
    this.entries = this.entries.slice(count)
  }

  /** A replica that had not heard of the latest is promoted. Answers what is lost. */
  forget(count: number): readonly string[] {
    const kept = this.entries.slice(0, Math.max(0, this.entries.length - count))
    const last = kept.at(-1)
    if (last === undefined) return []
    const lost = this.entries.slice(kept.length)
    this.entries = kept
    this.head = { id: last.id, mark: last.mark }
    return lost.flatMap(({ texts }) => JSON.parse(texts) as string[])
  }

  wipe(backMs: number): void {
    this.entries = []
    this.head = undefined
    this.#time -= backMs
  }

  read(after: string | undefined, most: number) {
    const head = this.#headOrNew()
    if (after === undefined || after === head.id) return { head, entries: [] }
    const later = this.entries.filter(({ id }) => Number(id) > Number(after))
    return { head, entries: later.slice(0, most) }
  }

  #headOrNew(): BusHead {
    if (this.head === undefined) {
      this.entries = []
      this.head = { id: String(this.#time), mark: `m${++this.#marks}` }
    }
    return this.head
  }
}

const small = fc.nat({ max: 5 })
const step = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('send' as const), small) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('own' as const), small) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('wake' as const), small) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('fail' as const), small) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('trim' as const), small) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('forget' as const), small) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('wipe' as const), small) },
)

test(`whatever happens to the stream, a message arrives once and in order, or a gap is told after it (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), async (steps, isLate) => {
      const stream = new Stream()
      const story: ({ sent: number } | { heard: number } | 'gap')[] = []
      const lost = new Set<number>()
      let isFailing = isLate
      let sent = 0
      const reader = createBusReader({
        clock: fakeClock(),
        node: 'me',
        onLoss: () => undefined,
        listener: {
          onMessage: text => void story.push({ heard: Number(text) }),
          onGap: () => void story.push('gap'),
        },
        read: async after => (isFailing ? undefined : stream.read(after, 3)),
      })
      const acts = {
        send(count: number) {
          const texts = Array.from({ length: count }, () => String(++sent))
          stream.send('other', texts)
          for (const text of texts) story.push({ sent: Number(text) })
        },
        own: () => stream.send('me', ['never heard']),
        async wake() {
          isFailing = false
          await reader.wake()
        },
        async fail() {
          isFailing = true
          await reader.wake()
        },
        trim: (count: number) => stream.trim(count),
        /** What is lost before it was heard is lost: nobody can know of it. */
        forget(count: number) {
          for (const text of stream.forget(count)) lost.add(Number(text))
        },
        wipe: (count: number) => stream.wipe(count * 2_500),
      }
      await reader.wake()
      for (const [act, count] of [...steps, ['wake', 0] as const]) await acts[act](count)

      expect(reader.place).toBe(stream.head?.id)
      const heard = story.flatMap(each =>
        typeof each === 'object' && 'heard' in each ? [each.heard] : [],
      )
      expect(heard).toEqual([...new Set(heard)].sort((a, b) => a - b))
      const lastGap = story.lastIndexOf('gap')
      for (const [index, each] of story.entries()) {
        if (typeof each !== 'object' || !('sent' in each)) continue
        const isHeard = heard.includes(each.sent) || lost.has(each.sent)
        expect(isHeard || lastGap > index).toBe(true)
      }
    }),
    { seed, numRuns: RUNS },
  )
})

test('without faults there is no gap', async () => {
  const stream = new Stream()
  const heard: string[] = []
  const reader = createBusReader({
    clock: fakeClock(),
    node: 'me',
    onLoss: () => undefined,
    listener: {
      onMessage: (text, place) => void heard.push(`${text}@${place}`),
      onGap: reason => void heard.push(reason),
    },
    read: async after => stream.read(after, 2),
  })
  await reader.wake()
  for (const text of ['a', 'b', 'c', 'd', 'e']) stream.send('other', [text])
  await reader.wake()
  stream.trim(5)
  await reader.wake()
  expect(heard.map(each => each[0])).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(reader.place).toBe(stream.head?.id)
})

test('what cannot be read is a gap', async () => {
  const stream = new Stream()
  const gaps: string[] = []
  const onGap = (reason: string): void => void gaps.push(reason)
  const reader = createBusReader({
    clock: fakeClock(),
    node: 'me',
    onLoss: () => undefined,
    listener: { onMessage: () => undefined, onGap },
    read: async after => stream.read(after, 10),
  })
  await reader.wake()
  for (const texts of ['nonsense', '{}', '[1]']) {
    stream.send('other', [])
    stream.entries = stream.entries.map(entry => ({ ...entry, texts }))
    await reader.wake()
  }
  expect(gaps).toHaveLength(3)
})
