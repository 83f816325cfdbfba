import fc from 'fast-check'
import { bodyOf, type FuzzBody } from './bodies.ts'

// Writes and calls on the arena: method, address, preferences and body, mostly meant well.

/** A request as it is put on the wire. */
export interface FuzzWrite {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

const pick = <T>(...items: readonly T[]) => fc.constantFrom(...items)
const words = (text: string) => pick(...text.split(' '))
const listed = (item: fc.Arbitrary<string>, maxLength: number, separator = ',') =>
  fc.array(item, { maxLength }).map(items => items.join(separator))
/** Once in so many times. */
const once = <T>(many: number, arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: many - 1, arbitrary: fc.constant(undefined) }, arbitrary)

interface Target {
  readonly name: string
  readonly keys: string
}

const ITEM_KEYS =
  'id id name name small big amount ratio flag day moment data tidy tags grid span mood share weight content code length address words bits initials point doubled'

const RELATIONS: readonly Target[] = [
  { name: 'items', keys: ITEM_KEYS },
  { name: 'items', keys: ITEM_KEYS },
  { name: 'pairs', keys: 'a b item_id note' },
  { name: 'bare', keys: 'value' },
  { name: 'named', keys: 'id name flag' },
  { name: 'counted', keys: 'name count' },
  { name: 'pointed', keys: 'a note' },
  { name: 'nowhere', keys: 'a' },
]

const FUNCTIONS: readonly Target[] = [
  { name: 'numbers', keys: 'a b c d' },
  { name: 'texts', keys: 'a b c' },
  { name: 'times', keys: 'a b c' },
  { name: 'others', keys: 'a b c d e f g' },
  { name: 'documents', keys: 'a b' },
  { name: 'lists', keys: 'a b' },
  { name: 'row_of', keys: 'item' },
  { name: 'many', keys: 'parts' },
  { name: 'weigh', keys: 'a' },
  { name: 'whole', keys: 'a b' },
  { name: 'whole_text', keys: 'a' },
  { name: 'whole_bytes', keys: 'a' },
  { name: 'either', keys: 'a b' },
  { name: 'unclear', keys: 'a' },
  { name: 'all_items', keys: 'lowest' },
  { name: 'one_item', keys: 'id' },
  { name: 'totals', keys: 'name' },
  { name: 'extremes', keys: 'low' },
  { name: 'nothing', keys: 'a' },
  { name: 'add_bare', keys: 'value' },
  { name: 'drop_bare', keys: 'value' },
  { name: 'refuse', keys: 'code message' },
  { name: 'odd%20name', keys: 'odd%20arg' },
  { name: 'point_write', keys: 'a' },
  { name: 'nowhere', keys: 'a' },
]

const value = fc.oneof(
  words('1 2 3 -1 1.5 one x true null {1,2} {a} [1,5) high 99999999999999999999 NaN 2024-01-01'),
  pick('', '(', '"', "'", '{"a":1}', '%', '😀', '\u202e', '{', 'a,b'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)

function filterOf({ keys }: Target): fc.Arbitrary<string> {
  const test = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(words('eq neq gt lt like is in cs not.eq eq(any)'), value) },
    fc.tuple(words('eq wrong fts isdistinct'), value),
  )
  return fc
    .tuple(fc.oneof({ weight: 6, arbitrary: words(keys) }, words('nothing tidy->a a->>0')), test)
    .map(([key, [operator, text]]) =>
      operator === 'in' ? `${key}=in.(${text})` : `${key}=${operator}.${text}`,
    )
}

/** What is unique, and so what a conflict can be about. */
const KEY_OF: Readonly<Record<string, fc.Arbitrary<string>>> = {
  items: words('id code'),
  pairs: words('a,b b,a'),
}

function parametersOf(target: Target): fc.Arbitrary<string> {
  const names = fc.oneof(
    { weight: 40, arbitrary: words(target.keys) },
    words('nothing " () "id" ""'),
  )
  const key = KEY_OF[target.name] ?? fc.constant('id')
  const item = fc.oneof(
    { weight: 3, arbitrary: key.map(name => `on_conflict=${name}`) },
    { weight: 3, arbitrary: filterOf(target) },
    { weight: 2, arbitrary: listed(names, 4).map(list => `columns=${list}`) },
    { weight: 2, arbitrary: listed(names, 3).map(list => `on_conflict=${list}`) },
    listed(
      fc.oneof({ weight: 4, arbitrary: names }, words('* count() pairs(*) items(id) a:id')),
      3,
    ).map(list => `select=${list}`),
    names.map(name => `order=${name}.desc`),
    words(
      'limit=1 limit=0 limit=-1 offset=1 offset=x limit=99999999999999999999 and=(id.eq.1) or=()',
    ),
  )
  return listed(item, 3, '&')
}

function argumentsOf({ keys }: Target): fc.Arbitrary<string> {
  const one = fc.tuple(words(keys), value).map(([key, text]) => `${key}=${text}`)
  return listed(
    fc.oneof({ weight: 6, arbitrary: one }, words('select=* limit=1 a=eq.1 id=gt.0 order=id')),
    4,
    '&',
  )
}

const preference = words(
  'return=minimal return=representation return=headers-only return=nonsense resolution=merge-duplicates resolution=ignore-duplicates missing=default missing=null count=exact count=planned tx=rollback tx=commit handling=strict handling=lenient max-affected=1 max-affected=0 max-affected=x params=single-object timezone=UTC timezone=Mars ; =',
)
const media = pick(
  'application/json',
  'text/csv',
  'application/vnd.pgrst.object+json',
  'application/vnd.pgrst.array+json;nulls=stripped',
  'application/vnd.pgrst.plan+json; options=analyze|verbose',
  'application/octet-stream',
  'text/plain',
  'text/xml',
  'application/geo+json',
  'image/png',
  '*/*',
)

interface Wire {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: FuzzBody | undefined
}

function wire(line: fc.Arbitrary<Wire>, token: string): fc.Arbitrary<FuzzWrite> {
  const headers = fc.record({
    prefer: once(2, listed(preference, 4)),
    accept: once(5, media),
    'content-profile': once(12, words('arena hidden')),
    range: once(15, words('0-0 1-')),
    authorization: once(
      8,
      fc.oneof({ weight: 6, arbitrary: fc.constant(token) }, fc.constant('Bearer x')),
    ),
  })
  return fc.tuple(line, headers).map(([{ method, path, query, body }, given]) => {
    const length = body === undefined ? undefined : String(body.bytes.length)
    const all = { ...given, 'content-type': body?.type, 'content-length': length }
    return {
      method,
      target: encoded(`/${path}${query === '' ? '' : '?'}${query}`),
      headers: Object.fromEntries(Object.entries(all).filter(isGiven)),
      body: body?.bytes,
    }
  })
}

function isGiven(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined
}

/** Percent-encodes what a request line cannot hold. */
function encoded(text: string): string {
  return text.replaceAll(/[^\u0021-\u007e]/gu, character =>
    /[\ud800-\udfff]/.test(character) && character.length === 1
      ? '%ED%A0%80'
      : encodeURIComponent(character),
  )
}

/** `token` is what a caller with a good token sends. */
export function tableWrites(token: string): fc.Arbitrary<FuzzWrite> {
  const line = pick(...RELATIONS).chain(target =>
    fc.record({
      method: words('POST POST POST PATCH PATCH PUT DELETE'),
      path: fc.constant(target.name),
      query: parametersOf(target),
      body: fc.option(bodyOf(target.keys), { freq: 15, nil: undefined }),
    }),
  )
  return wire(line, token)
}

export function calls(token: string): fc.Arbitrary<FuzzWrite> {
  const line = pick(...FUNCTIONS).chain(target => {
    const path = fc.constant(`rpc/${target.name}`)
    return fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          method: fc.constant('POST'),
          path,
          query: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, parametersOf(target)),
          body: fc.option(bodyOf(target.keys), { freq: 15, nil: undefined }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          method: words('GET GET GET HEAD'),
          path,
          query: argumentsOf(target),
          body: fc.constant(undefined),
        }),
      },
      fc.record({
        method: words('PATCH PUT DELETE OPTIONS'),
        path,
        query: argumentsOf(target),
        body: fc.option(bodyOf(target.keys), { nil: undefined }),
      }),
    )
  })
  return wire(line, token)
}
