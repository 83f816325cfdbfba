import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { TestDatabase } from '../../../../tests/support/database.ts'
import { createStreamsDatabase } from '../../../../tests/support/streams.ts'
import type { Appended, StreamEvent } from './event.ts'
import { createStreams } from './streams.ts'

let database: TestDatabase
let pool: pg.Pool
const over = (client: pg.Pool | pg.ClientBase) => ({
  query: async (text: string, values?: readonly unknown[]) =>
    (await client.query<Record<string, unknown>>(text, values && [...values])).rows,
})
beforeAll(async () => {
  database = await createStreamsDatabase()
  pool = new pg.Pool({ connectionString: database.authenticatorUrl, max: 8 })
  pool.on('error', () => undefined) // The end of the database may come before that of a connection.
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** Of the role that a server logs in as: it has no right on any table. */
const create = (options: Partial<Parameters<typeof createStreams>[0]> = {}) =>
  createStreams({ database: over(pool), ...options })

/** A connection with an open transaction. */
async function begin(isolation = 'read committed'): Promise<pg.PoolClient> {
  const client = await pool.connect()
  onTestFinished(async () => {
    await client.query('rollback')
    client.release()
  })
  await client.query(`begin isolation level ${isolation}`)
  return client
}

/** A transaction of another test, in another database of the cluster, may be in the way for a moment. */
async function whenReadable({ cursor }: Appended): Promise<void> {
  const end = async () => (await create().source().head()).xid
  await expect.poll(end, PATIENCE).toBeGreaterThan(cursor.xid)
}

const brief = (events: readonly StreamEvent[]) =>
  events.map(({ version, type, data }) => [version, type, data])

describe('append', () => {
  test('numbers the events of a stream from 1 on and answers what was kept', async () => {
    const streams = create()
    const first = await streams.append('order-1', { type: 'placed', data: { total: 12.5 } }, NONE)
    expect(first).toMatchObject({ version: 1, isRepeated: false, ids: [expect.any(String)] })
    const more = [{ type: 'paid' }, { type: 'sent', data: [1, 'two'] }]
    const second = await streams.append('order-1', more, { expectedVersion: 1 })
    expect(second).toMatchObject({ version: 3, position: first.position + 2n })
    const { events, version } = await streams.read('order-1')
    expect(version).toBe(3)
    expect(brief(events)).toEqual([
      [1, 'placed', { total: 12.5 }],
      [2, 'paid', null],
      [3, 'sent', [1, 'two']],
    ])
    expect(events.map(({ id }) => id)).toEqual([...first.ids, ...second.ids])
    expect(events[2]?.cursor).toEqual(second.cursor)
    expect(Math.abs((events[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  test('refuses a version that the stream does not have, and says what to do', async () => {
    const streams = create()
    await streams.append('busy', [{ type: 'a' }, { type: 'b' }], NONE)
    const attempt = (expectedVersion: number | 'none' | 'exists', stream = 'busy') =>
      streams.append(stream, { type: 'c' }, { expectedVersion })
    await expect(attempt(1)).rejects.toMatchObject({
      ...{ code: 'ST630', status: 409, stream: 'busy', version: 2, expected: 1 },
      message: `The stream 'busy' has version 2, not 1`,
      hint: 'Read it again, decide anew, and append with expectedVersion 2.',
    })
    await expect(attempt('none')).rejects.toMatchObject({ code: 'ST630', version: 2 })
    await expect(attempt(0)).rejects.toMatchObject({ code: 'ST630', version: 2 })
    await expect(attempt(9)).rejects.toMatchObject({ hint: expect.stringMatching(/never/) })
    await expect(attempt('exists', 'nowhere')).rejects.toMatchObject({ version: 0 })
    await expect(attempt(3, 'nowhere')).rejects.toMatchObject({ version: 0 })
    expect((await streams.read('nowhere')).version).toBe(0)
    expect(await attempt('exists')).toMatchObject({ version: 3 })
    expect((await streams.read('busy')).events).toHaveLength(3)
  })

  test('of several at once with the same version exactly one wins, from any number of processes', async () => {
    const processes = Array.from({ length: 4 }, () => create())
    for (let version = 0; version < 5; version++) {
      const outcomes = await Promise.allSettled(
        [...processes, ...processes].map(streams =>
          streams.append('contested', { type: 'won' }, { expectedVersion: version }),
        ),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const each of outcomes) {
        if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'ST630' })
      }
    }
    expect((await create().read('contested')).version).toBe(5)
  })

  test('to one stream waits for a transaction that has appended there, and for no other', async () => {
    const streams = create()
    const holder = await begin()
    await streams.append('held', { type: 'a' }, { ...NONE, within: over(holder) })
    let isDone = false
    const waiting = create().append('held', { type: 'b' }, ANY)
    void waiting.then(() => (isDone = true))
    for (let each = 0; each < 20; each++) await streams.append(`free-${each}`, { type: 'a' }, NONE)
    expect(isDone).toBe(false)
    await holder.query('commit')
    expect(await waiting).toMatchObject({ version: 2 })
  })

  test('in a transaction of the caller comes and goes with it, and a refusal does not end it', async () => {
    const streams = create()
    const client = await begin()
    const within = over(client)
    await streams.append('own', { type: 'a' }, { ...NONE, within })
    const refused = streams.append('own', { type: 'b' }, { ...NONE, within })
    await expect(refused).rejects.toMatchObject({ code: 'ST630', version: 1 })
    await streams.append('own', { type: 'b' }, { expectedVersion: 1, within })
    expect((await streams.read('own', { within })).version).toBe(2)
    expect((await streams.read('own')).version).toBe(0)
    await client.query('rollback')
    expect((await streams.read('own')).version).toBe(0)
  })

  test('of a transaction that saw less fails as PostgreSQL has it fail', async () => {
    const streams = create()
    await streams.append('moving', { type: 'a' }, NONE)
    const client = await begin('repeatable read')
    const within = over(client)
    expect((await streams.read('moving', { within })).version).toBe(1)
    await streams.append('moving', { type: 'b' }, ANY)
    const late = streams.append('moving', { type: 'c' }, { expectedVersion: 1, within })
    await expect(late).rejects.toMatchObject({ code: '40001' })
  })
})

describe('the same append again', () => {
  const id = (digit: number) => `0190163d-8694-739b-aea5-966c26f8ad9${digit}`
  const events = [
    { id: id(1), type: 'a', data: { n: 1 } },
    { id: id(2), type: 'b', data: null },
  ]

  test.each(['none', 'any', 0] as const)('answers the same (%s)', async expectedVersion => {
    const streams = create()
    const stream = `again-${expectedVersion}`
    const own = events.map((event, index) => ({ ...event, id: newId(expectedVersion, index) }))
    const first = await streams.append(stream, own, { expectedVersion })
    await streams.append(stream, { type: 'later' }, ANY)
    const second = await streams.append(stream, own, { expectedVersion })
    expect(second).toEqual({ ...first, isRepeated: true })
    expect((await streams.read(stream)).version).toBe(3)
    expect((await streams.append(stream, { type: 'last' }, { expectedVersion: 3 })).version).toBe(4)
  })
  const newId = (expected: unknown, index: number) =>
    id(index).replace('739b', { none: '7001', any: '7002' }[String(expected)] ?? '7003')

  test('at the same moment is one append', async () => {
    const twins = [{ id: id(3), type: 'twin' }]
    const outcomes = await Promise.all(
      [create(), create(), create()].map(streams => streams.append('twins', twins, ANY)),
    )
    expect(outcomes.map(({ version }) => version)).toEqual([1, 1, 1])
    expect(outcomes.filter(({ isRepeated }) => isRepeated)).toHaveLength(2)
    expect((await create().read('twins')).version).toBe(1)
  })

  test('with another content, in part, in another order or elsewhere is an error that writes nothing', async () => {
    const streams = create()
    await streams.append('first', events, NONE)
    const [one, two] = events as [(typeof events)[0], (typeof events)[1]]
    const wrong = [
      ['first', [{ ...one, data: { n: 2 } }, two]],
      ['first', [{ ...one, type: 'c' }, two]],
      ['first', [two, one]],
      ['first', [one, { type: 'new' }]],
      ['second', events],
      ['first', [{ type: 'new' }, two]],
    ] as const
    for (const [stream, given] of wrong) {
      for (const expectedVersion of [0, 'any', 2] as const) {
        const attempt = streams.append(stream, given, { expectedVersion })
        await expect(attempt).rejects.toMatchObject({ code: 'ST631', status: 409 })
      }
    }
    expect((await streams.read('first')).version).toBe(2)
    expect((await streams.read('second')).version).toBe(0)
    const alone = await streams.append('first', [one], ANY)
    expect(alone).toMatchObject({ version: 1, isRepeated: true })
  })

  test('an id that another stream gets at the same moment is refused there', async () => {
    const client = await begin()
    const event = { id: id(5), type: 'a' }
    await create().append('here', event, { ...ANY, within: over(client) })
    const elsewhere = create().append('there', event, ANY)
    const refused = expect(elsewhere).rejects.toMatchObject({ code: 'ST631' })
    await client.query('commit')
    await refused
    expect((await create().read('there')).version).toBe(0)
  })
})

describe('metadata', () => {
  test('say who it was and what led to it; what the session knows is not overwritten', async () => {
    const streams = create()
    const client = await begin()
    await client.query(`select set_config('role', 'authenticated', true),
      set_config('request.jwt.claims', '{"sub":"ann","n":12345678901234567890}', true),
      set_config('request.headers', '{"x-request-id":"r1","traceparent":"00-ab-cd-01"}', true)`)
    await client.query('reset role') // Requests run as it; the login alone may append.
    await client.query(`select set_config('s_tier.role', 'authenticated', true)`)
    await streams.append(
      'told',
      { type: 'a', metadata: { causation: 'c1', role: 'postgres' } },
      { ...NONE, within: over(client), metadata: { correlation: 'k1', causation: 'c0' } },
    )
    await client.query('commit')
    const { events } = await streams.read('told')
    expect(events[0]?.metadata).toEqual({
      ...{ role: 'authenticated', claims: { sub: 'ann', n: 12345678901234567890 } },
      ...{ requestId: 'r1', trace: '00-ab-cd-01', causation: 'c1', correlation: 'k1' },
    })
    await streams.append('told', { type: 'b' }, ANY)
    expect((await streams.read('told', { from: 2 })).events[0]?.metadata).toEqual({})
  })
})

describe('what cannot be stored is refused before it is sent', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])
  test.each([
    ['an empty name', '', { type: 'a' }],
    ['a control character', 'a\nb', { type: 'a' }],
    ['half of a pair in a name', 'a\ud800', { type: 'a' }],
    ['a long name', 'a'.repeat(256), { type: 'a' }],
    ['an empty type', 's', { type: '' }],
    ['NUL', 's', { type: 'a', data: { text: 'a\0b' } }],
    ['NUL in a key', 's', { type: 'a', data: { 'a\0': 1 } }],
    ['NUL in metadata', 's', { type: 'a', metadata: { note: '\0' } }],
    ['half of a pair', 's', { type: 'a', data: '\udc00' }],
    ['half of a pair in text', 's', { type: 'a', json: '"\ud800"' }],
    ['half of a pair as an escape', 's', { type: 'a', json: '"\\uD800\\u0041"' }],
    ['NaN', 's', { type: 'a', data: { n: [Number.NaN] } }],
    ['a bigint', 's', { type: 'a', data: 1n }],
    ['a circle', 's', { type: 'a', data: cyclic }],
    ['a function', 's', { type: 'a', data: () => 1 }],
    ['no JSON', 's', { type: 'a', json: '1}, {' }],
    ['both', 's', { type: 'a', data: 1, json: '1' }],
    ['great depth', 's', { type: 'a', data: deep(501) }],
    ['no UUID', 's', { type: 'a', id: '1' }],
  ])('%s', async (_name, stream, event) => {
    let asked = 0
    const streams = create({ database: { query: async () => [{ asked: asked++ }] } })
    const attempt = streams.append(stream, event, ANY)
    await expect(attempt).rejects.toMatchObject({ code: 'ST626', status: 400 })
    expect(asked).toBe(0)
  })

  test.each([
    ['too large an event', [{ type: 'a', data: 'x'.repeat(1_000) }], { eventBytesMax: 1_000 }],
    ['too many', [{ type: 'a' }, { type: 'a' }], { appendEventsMax: 1 }],
    ['too many bytes', [{ type: 'a', data: 'x'.repeat(1_000) }], { appendBytesMax: 1_000 }],
  ])('%s', async (_name, events, options) => {
    const attempt = create(options).append('s', events, ANY)
    await expect(attempt).rejects.toMatchObject({ code: 'ST627', status: 413 })
  })

  test('and nothing else is: every text that PostgreSQL keeps comes back', async () => {
    const streams = create()
    const text = '\\u0000 \\ud800 😀 \u2028 " \\ null NaN'
    const json = `{"n":1234567890.10,"big":123456789012345678901234567890,"e":1e2,"s":"\\ud83d\\ude00\\\\u0000"}`
    const given = [
      { type: 'a', data: { [text]: text } },
      { type: 'b', data: deep(500) },
    ]
    await streams.append('kept', [...given, { type: 'c', json }], NONE)
    const { events } = await streams.read('kept')
    expect(events.slice(0, 2).map(({ data }) => data)).toEqual(given.map(({ data }) => data))
    expect(events[2]?.stored.json).toBe(
      '{"e": 100, "n": 1234567890.10, "s": "😀\\\\u0000", "big": 123456789012345678901234567890}',
    )
  })

  test('what only PostgreSQL can know is said in our words', async () => {
    const attempt = create().append('s', { type: 'a', json: '1e400000' }, ANY)
    await expect(attempt).rejects.toMatchObject({ code: 'ST626', details: '22003' })
    await expect(create({ database: over(admin()) }).read('s')).rejects.toMatchObject({
      ...{ code: 'ST628', status: 503 },
    })
  })

  /** The maintenance database keeps no streams. */
  function admin(): pg.Pool {
    const url = new URL(database.url)
    url.pathname = '/postgres'
    const other = new pg.Pool({ connectionString: url.href, max: 1 })
    other.on('error', () => undefined)
    onTestFinished(() => other.end())
    return other
  }
})

describe('read', () => {
  test('a range, from either end, and as much as was asked for', async () => {
    const streams = create()
    const all = Array.from({ length: 10 }, (_, index) => ({ type: 'n', data: index + 1 }))
    await streams.append('ten', all, NONE)
    const versions = async (options: Parameters<typeof streams.read>[1]) => {
      const { events, isEnd } = await streams.read('ten', options)
      return [events.map(({ version }) => version), isEnd]
    }
    expect(await versions({ from: 4, to: 6 })).toEqual([[4, 5, 6], true])
    expect(await versions({ from: 9 })).toEqual([[9, 10], true])
    expect(await versions({ max: 2 })).toEqual([[1, 2], false])
    expect(await versions({ direction: 'backward', max: 3 })).toEqual([[10, 9, 8], false])
    expect(await versions({ direction: 'backward', to: 2 })).toEqual([[2, 1], true])
    expect(await versions({ from: 11 })).toEqual([[], true])
    await expect(streams.read('ten', { from: -1 })).rejects.toMatchObject({ code: 'ST001' })
    await expect(streams.read('ten', { max: 0 })).rejects.toMatchObject({ code: 'ST001' })
  })

  test('ends with the event that brings it to its number of bytes', async () => {
    const streams = create({ readBytesMax: 1_000 })
    const all = Array.from({ length: 5 }, () => ({ type: 'n', data: 'x'.repeat(600) }))
    await whenReadable(await streams.append('wide/1', all, NONE))
    const slice = await streams.read('wide/1')
    expect([slice.events.length, slice.version, slice.isEnd]).toEqual([2, 5, false])
    const sizes: number[] = []
    for (let after, isEnd = false; !isEnd; ) {
      const page = await streams.readAll({ ...(after && { after }), streamPrefix: 'wide/' })
      sizes.push(page.events.length)
      ;({ next: after, isEnd } = page)
    }
    expect(sizes).toEqual([2, 2, 1])
  })
})

describe('all events', () => {
  test('come by type and by the beginning of their stream, page by page', async () => {
    const streams = create()
    for (const stream of ['cart/1', 'cart/2', 'bill/1']) {
      await whenReadable(
        await streams.append(stream, [{ type: 'opened' }, { type: 'closed' }], NONE),
      )
    }
    const names = async (filter: object) => {
      const { events } = await streams.readAll(filter)
      return events.map(({ stream, version }) => `${stream}:${version}`)
    }
    expect(await names({ streamPrefix: 'cart/' })).toEqual(
      ['cart/1:1', 'cart/1:2', 'cart/2:1', 'cart/2:2'], //
    )
    expect(await names({ types: ['closed'], streamPrefix: 'cart/' })).toEqual(
      ['cart/1:2', 'cart/2:2'], //
    )
    expect(await names({ types: [] })).toEqual([])
    const first = await streams.readAll({ streamPrefix: 'cart/', max: 3 })
    expect(first.isEnd).toBe(false)
    expect(await names({ streamPrefix: 'cart/', after: first.next })).toEqual(['cart/2:2'])
  })

  test('wait for a transaction that could still write among them', async () => {
    const streams = create()
    const { next: after } = await streams.readAll()
    const early = await begin()
    const held = await streams.append('early', { type: 'a' }, { ...NONE, within: over(early) })
    await streams.append('late', { type: 'b' }, NONE)
    const source = streams.source()
    expect(await source.read(after, 10)).toEqual([])
    expect((await streams.readAll({ after })).next.xid).toBeLessThanOrEqual(held.cursor.xid)
    const [{ pid } = { pid: 0 }] = (
      await early.query<{ pid: number }>('select pg_backend_pid() as pid')
    ).rows
    await expect
      .poll(() => source.stall(), PATIENCE)
      .toMatchObject({ processId: pid, database: database.name })
    await early.query('commit')
    await expect
      .poll(async () => (await source.read(after, 10)).map(({ stream }) => stream), PATIENCE)
      .toEqual(['early', 'late'])
  })

  test('keep the order of a stream where transactions wrote in another order than they began', async () => {
    const streams = create()
    const { next: after } = await streams.readAll()
    const older = await begin()
    await older.query('select pg_current_xact_id()') // Its id comes before that of the next append.
    await streams.append('turned', { type: 'a' }, NONE)
    await streams.append('turned', { type: 'b' }, { expectedVersion: 1, within: over(older) })
    await older.query('commit')
    await expect
      .poll(
        async () => brief((await streams.readAll({ after, streamPrefix: 'turned' })).events),
        PATIENCE,
      )
      .toEqual([
        [1, 'a', null],
        [2, 'b', null],
      ])
  })

  test('that a filter leaves out are looked through once', async () => {
    const streams = create()
    const asked: unknown[] = []
    const spied = create({
      database: {
        query: (text, values) => {
          asked.push(values?.[0])
          return over(pool).query(text, values)
        },
      },
    })
    const source = spied.source({ types: ['rare'] })
    const start = { xid: 0n, position: 0n }
    expect(await source.read(start, 10)).toEqual([])
    await streams.append('rare', { type: 'rare' }, NONE)
    await expect.poll(async () => (await source.read(start, 10)).length, PATIENCE).toBe(1)
    expect(asked[0]).toBe('0')
    expect(asked.slice(1)).not.toContain('0')
  })
})

describe('upcasters', () => {
  test('make old events what they are called today, and find them by that name', async () => {
    const old = create()
    const stored = [
      { type: 'priced', data: { price: 12 } },
      { type: 'priced.v2', data: { price: { amount: 13 } } },
    ]
    await whenReadable(await old.append('tent', stored, NONE))
    const streams = create({
      upcasters: [
        {
          from: 'priced.v2',
          to: 'priced.v3',
          up: data => ({ ...(data as object), currency: 'EUR' }),
        },
        {
          from: 'priced',
          to: 'priced.v2',
          up: data => ({ price: { amount: (data as { price: number }).price } }),
        },
      ],
    })
    const { events } = await streams.read('tent')
    expect(brief(events)).toEqual([
      [1, 'priced.v3', { price: { amount: 12 }, currency: 'EUR' }],
      [2, 'priced.v3', { price: { amount: 13 }, currency: 'EUR' }],
    ])
    expect(events[0]?.stored).toEqual({ type: 'priced', json: '{"price": 12}' })
    const page = await streams.readAll({ types: ['priced.v3'], streamPrefix: 'tent' })
    expect(page.events).toEqual(events)
  })
})

describe('snapshots', () => {
  test('the latest of each kind and form is kept, and never one that is ahead of its stream', async () => {
    const streams = create()
    await streams.append('sum', [{ type: 'a' }, { type: 'b' }, { type: 'c' }], NONE)
    expect(await streams.loadSnapshot('sum')).toBeUndefined()
    expect(await streams.saveSnapshot('sum', { version: 2, data: { total: 2 } })).toBe(true)
    expect(await streams.saveSnapshot('sum', { version: 1, data: { total: 1 } })).toBe(false)
    expect(await streams.loadSnapshot('sum')).toMatchObject({ version: 2, data: { total: 2 } })
    expect(await streams.loadSnapshot('sum', { schema: 2 })).toBeUndefined()
    expect(await streams.loadSnapshot('sum', { name: 'other' })).toBeUndefined()
    await expect(streams.saveSnapshot('sum', { version: 4, data: 1 })).rejects.toMatchObject({
      ...{ code: 'ST630', version: 3 },
    })
    const wrong = streams.saveSnapshot('sum', { version: 3, data: '\0' })
    await expect(wrong).rejects.toMatchObject({ code: 'ST626' })
  })
})

describe('an archived stream', () => {
  test('takes no more events, and is read as before', async () => {
    const streams = create()
    const event = { id: '0190163d-8694-739b-aea5-000000000001', type: 'a' }
    await streams.append('done', event, NONE)
    const early = streams.archiveStream('done', { expectedVersion: 0 })
    await expect(early).rejects.toMatchObject({ code: 'ST630', version: 1 })
    expect(await streams.archiveStream('done', { expectedVersion: 1 })).toEqual({ version: 1 })
    expect(await streams.archiveStream('done')).toEqual({ version: 1 })
    for (const expectedVersion of [1, 'any', 'exists', 'none'] as const) {
      const attempt = streams.append('done', { type: 'b' }, { expectedVersion })
      await expect(attempt).rejects.toMatchObject({ code: 'ST625', status: 409, version: 1 })
    }
    expect(await streams.append('done', event, NONE)).toMatchObject({ isRepeated: true })
    expect(await streams.read('done')).toMatchObject({ version: 1, isArchived: true })
    await expect(streams.archiveStream('never')).rejects.toMatchObject({ code: 'ST630' })
  })

  test('is listed with the others, by name in order', async () => {
    const streams = create()
    for (const stream of ['list/b', 'list/a', 'list/c', 'lisu']) {
      await streams.append(stream, { type: 'a' }, NONE)
    }
    await streams.archiveStream('list/b')
    const listed = await streams.streams({ prefix: 'list/' })
    expect(listed.map(each => [each.stream, each.archivedAt !== undefined])).toEqual([
      ['list/a', false],
      ['list/b', true],
      ['list/c', false],
    ])
    const rest = await streams.streams({ prefix: 'list/', after: 'list/a', max: 1 })
    expect(rest).toMatchObject([{ stream: 'list/b', version: 1 }])
  })
})

test('a role without the right to a function has no right to a table either', async () => {
  const [rights] = await database.query(`
    select bool_or(has_table_privilege(r, c.oid, 'select, insert, update, delete, truncate')) as may
    from pg_class c, unnest(array['authenticator', 'anon', 'authenticated']) r
    where relnamespace = 's_tier'::regnamespace and relkind in ('r', 'p')`)
  expect(rights).toEqual({ may: false })
  const [functions] = await database.query(`
    select bool_or(has_function_privilege('anon', p.oid, 'execute')) as may
    from pg_proc p where pronamespace = 's_tier'::regnamespace`)
  expect(functions).toEqual({ may: false })
})

const PATIENCE = { timeout: 20_000, interval: 10 }
const NONE = { expectedVersion: 'none' } as const
const ANY = { expectedVersion: 'any' } as const
