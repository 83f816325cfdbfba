import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { answer, compiled, LIBRARY_SQL, planned } from '../../../tests/support/library.ts'
import { aggregate, embed, field, filter, path, read } from '../../../tests/support/requests.ts'
import { type Parameter, parameter, STierError } from '../../base/index.ts'
import type {
  ConditionRequest,
  EmbedRequest,
  OrderRequest,
  ReadPlan,
  ReadRequest,
  SelectRequest,
  TestRequest,
} from '../plan/index.ts'

let database: TestDatabase
beforeAll(async () => {
  await loadModule()
  database = await createDatabase(LIBRARY_SQL)
})
afterAll(() => database.drop())

/** What a request may say of each relation so that PostgreSQL has nothing against the types. */
const RELATIONS: Readonly<
  Record<string, { texts: string[]; numbers: string[]; embeds: string[] }>
> = {
  books: {
    texts: ['title', 'data->>lang', 'shout'],
    numbers: ['id', 'author_id', 'publisher_id', 'price'],
    embeds: ['authors', 'publishers', 'genres', 'summaries'],
  },
  authors: {
    texts: ['name', 'country'],
    numbers: ['id', 'mentor_id'],
    embeds: ['books', 'authors', 'mentor_id', 'latest_book', 'cheap_books', 'shelf'],
  },
  publishers: { texts: ['name'], numbers: ['id'], embeds: ['books'] },
  genres: { texts: ['name'], numbers: ['id'], embeds: ['books'] },
  summaries: { texts: ['body'], numbers: ['book_id'], embeds: ['books', 'shelf'] },
  shelf: { texts: ['title'], numbers: ['id', 'author_id'], embeds: ['authors', 'summaries'] },
}

const TARGETS: Readonly<Record<string, string>> = {
  mentor_id: 'authors',
  latest_book: 'books',
  cheap_books: 'books',
}

const TO_ONE = ['authors', 'publishers', 'summaries', 'mentor_id', 'latest_book']

/** A request and the list of values that its parameters stand for. */
interface Sample {
  readonly request: ReadRequest
  readonly values: readonly string[]
}

/** One request, drawn from a stream of choices. It only grows as deep as `depth`. */
function draw(choose: (below: number) => number): Sample {
  const values: string[] = []
  const isGrouped = choose(4) === 3
  const pick = <Item>(items: readonly Item[]): Item => items[choose(items.length)] as Item
  const maybe = <Item>(make: () => Item): Item[] => (choose(3) === 2 ? [make()] : [])
  const value = (text: string): Parameter => parameter(values.push(text))

  function condition(
    relation: string,
    embeds: readonly EmbedRequest[],
    depth = 2,
  ): ConditionRequest {
    const { texts, numbers } = RELATIONS[relation] as (typeof RELATIONS)[string]
    const negated = choose(3) === 2
    const names = embeds.filter(one => !one.spread).map(one => one.alias ?? '')
    const cases = [listed, nulled, compared, matched, ...(depth > 0 ? [tree] : [])]
    return pick(names.length > 0 ? [...cases, whetherEmbedded] : cases)()

    function listed(): ConditionRequest {
      return filter(pick(numbers), { kind: 'in', value: value('{1,2,3}') }, { negated })
    }
    function nulled(): ConditionRequest {
      return filter(pick(texts), { kind: 'is', value: pick(['null', 'not_null']) }, { negated })
    }
    function compared(): ConditionRequest {
      const operator = pick(['eq', 'neq', 'gt', 'gte', 'lt', 'lte'])
      const quantifier = pick([undefined, 'any', 'all'] as const)
      const operand = value(quantifier === undefined ? '2' : '{1,2}')
      return filter(
        pick(numbers),
        { kind: 'compare', operator, quantifier, value: operand },
        { negated },
      )
    }
    function matched(): ConditionRequest {
      const like = pick(['like', 'ilike', 'match', 'imatch', 'eq'])
      const search = pick(['fts', 'plfts', 'phfts', 'wfts'] as const)
      const test: TestRequest =
        choose(2) === 0
          ? { kind: 'compare', operator: like, value: value('.a%') }
          : { kind: 'search', operator: search, value: value('a') }
      return filter(pick(texts), test, { negated })
    }
    function tree(): ConditionRequest {
      const inner = (): ConditionRequest => condition(relation, [], depth - 1)
      return { kind: pick(['and', 'or']), negated, conditions: [inner(), inner()] }
    }
    function whetherEmbedded(): ConditionRequest {
      return filter(pick(names), { kind: 'is', value: 'null' }, { negated })
    }
  }

  function node(relation: string, depth: number): Omit<ReadRequest, 'schema' | 'relation'> {
    const { texts, numbers, embeds } = RELATIONS[relation] as (typeof RELATIONS)[string]
    const fields: SelectRequest[] = [
      field(pick(numbers), { alias: `f${choose(50)}` }),
      ...maybe(() => field(pick(texts), { alias: `g${choose(50)}` })),
      ...maybe(() => field(pick(numbers), { alias: `h${choose(50)}`, cast: 'text' })),
      ...(isGrouped ? maybe(() => aggregate(pick(['sum', 'max', 'count']), pick(numbers))) : []),
      ...(isGrouped ? maybe(() => aggregate('count')) : []),
      ...(isGrouped ? [] : maybe((): SelectRequest => ({ kind: 'star' }))),
    ]
    const below: EmbedRequest[] =
      depth === 0 ? [] : [1, 2].flatMap(n => maybe(() => child(pick(embeds), depth - 1, n)))
    const toOne = below.filter(one => TO_ONE.includes(one.target) && one.alias !== undefined)
    const order: OrderRequest[] = isGrouped
      ? []
      : [
          ...toOne.slice(0, choose(2)).map(one => relatedOrder(one)),
          ...maybe(() => ({
            field: path(pick(numbers)),
            direction: pick(['asc', 'desc'] as const),
          })),
        ]
    return {
      select: [...fields, ...below],
      where: [...maybe(() => condition(relation, below)), ...maybe(() => condition(relation, []))],
      order,
      limit: maybe(() => value(pick(['0', '1', '100'])))[0],
      offset: maybe(() => value(pick(['0', '1'])))[0],
    }
  }

  function relatedOrder({ target, alias }: EmbedRequest): OrderRequest {
    const { numbers } = RELATIONS[TARGETS[target] ?? target] as (typeof RELATIONS)[string]
    return {
      relation: alias,
      field: path(pick(numbers)),
      nulls: pick(['first', 'last', undefined]),
    }
  }

  function child(target: string, depth: number, n: number): EmbedRequest {
    const isSpread = choose(4) === 3
    const isHidden = !isSpread && choose(5) === 4
    const parts = node(TARGETS[target] ?? target, isHidden ? 0 : depth)
    return embed(target, [], {
      ...parts,
      select: isHidden ? [] : parts.select,
      alias: isSpread ? undefined : `${target}_${n}`,
      spread: isSpread,
      join: pick(['inner', 'left', undefined]),
    })
  }

  const relation = pick(Object.keys(RELATIONS))
  return { request: read(relation, node(relation, 3)), values }
}

const sample = fc.array(fc.nat(), { minLength: 300, maxLength: 300 }).map(choices => {
  let next = 0
  return draw(below => (choices[next++ % choices.length] ?? 0) % below)
})

/** The plan, or undefined for what planning refuses with a code of its own. */
function tryPlan(request: ReadRequest, rowsMax: number | undefined): ReadPlan | undefined {
  try {
    return planned(request, rowsMax)
  } catch (error) {
    if (error instanceof STierError && error.status < 500) return undefined
    throw error
  }
}

test('random plans compile to one statement that PostgreSQL parses, in every format', () => {
  fc.assert(
    fc.property(sample, fc.constantFrom(undefined, 7), ({ request }, rowsMax) => {
      const plan = tryPlan(request, rowsMax)
      fc.pre(plan !== undefined)
      for (const format of ['array', 'object', 'csv', 'geojson', 'none'] as const) {
        for (const stripNulls of [false, true]) {
          const { text, estimate } = compiled(plan, { format, stripNulls, count: 'planned' })
          expect(parseSync(text).stmts).toHaveLength(1)
          expect(parseSync(estimate?.text ?? '').stmts).toHaveLength(1)
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('random plans run, and every way of asking for an answer agrees with the others', async () => {
  await fc.assert(
    fc.asyncProperty(
      sample,
      fc.constantFrom(undefined, 2),
      async ({ request, values }, rowsMax) => {
        const plan = tryPlan(request, rowsMax)
        fc.pre(plan !== undefined)
        const whole = await answer(database, plan, values, { count: 'exact' })
        expect(JSON.parse(whole.body ?? '')).toHaveLength(Number(whole.rows))
        expect(Number(whole.total)).toBeGreaterThanOrEqual(Number(whole.rows))
        const asJsonb = await answer(database, plan, values, {}, { embedsAs: 'jsonb' })
        expect(asJsonb.rows).toBe(whole.rows)
        const found = await answer(database, plan, values, { format: 'none', count: 'exact' })
        expect([found.rows, found.total]).toEqual([whole.rows, whole.total])
        const csv = await answer(database, plan, values, { format: 'csv' })
        expect(csv.rows).toBe(whole.rows)
        const { estimate } = compiled(plan, { count: 'planned' })
        const wanted = (estimate?.parameters ?? []).map(index => values[index - 1])
        expect(await database.query(estimate?.text ?? '', wanted)).toHaveLength(1)
      },
    ),
    { numRuns: 100 },
  )
})
