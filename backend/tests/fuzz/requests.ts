import fc from 'fast-check'

// Requests to the library: those that follow the grammar closely enough to reach PostgreSQL, and those that do not.

/** A request as it is put on the wire: the target holds what a request line can. */
export interface FuzzRequest {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
}

const pick = <T>(...items: readonly T[]) => fc.constantFrom(...items)
const words = (text: string) => pick(...text.split(' '))
/** Mostly the one, now and then the other. */
const mostly = <T>(one: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: one }, other)
const joined = (...parts: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(...parts).map(texts => texts.join(''))
const listed = (item: fc.Arbitrary<string>, maxLength: number, separator = ',') =>
  fc.array(item, { maxLength }).map(items => items.join(separator))

interface Relation {
  readonly name: string
  readonly fields: string
  readonly embeds: string
}

/** What of the fixture the anonymous role may read. */
const RELATIONS: readonly Relation[] = [
  {
    name: 'books',
    fields:
      'id title author_id published price languages details on_display added_at words label details->pages details->>pages details->series->name details->awards->>0 languages->0',
    embeds:
      'author:authors!author_id translator:authors!translator_id authors shelves tags copies bindings best_reviews ...shelves ...tags reviews!inner book_ratings',
  },
  { name: 'authors', fields: 'id name born country_code', embeds: 'countries books ...countries' },
  {
    name: 'shelves',
    fields: 'id "room name" parent_id',
    embeds: 'books shelves parent:shelves!parent_id',
  },
  { name: 'tags', fields: 'id name', embeds: 'books book_tags ...books' },
  { name: 'copies', fields: 'book_id number condition', embeds: 'books!inner' },
  { name: 'reviews', fields: 'book_id member_id stars comment', embeds: 'books members' },
  { name: 'lent_books', fields: 'id title author_id lent_on', embeds: 'authors' },
  { name: 'parcels', fields: 'id contents weight', embeds: 'books' },
  { name: 'loans', fields: 'id lent_on fine', embeds: 'members' }, // Not permitted.
  { name: 'nowhere', fields: 'id', embeds: 'books' },
]

const value = fc.oneof(
  words('1 2 -1 0 1944 14.50 1e400 NaN 99999999999999999999 true null'),
  pick(
    '',
    'Borges',
    '*a*',
    '%',
    '{1,2}',
    '{en}',
    '{a',
    '[2024-01-01,2024-05-01)',
    '(,)',
    '2024-01-01',
  ),
  pick('{"pages":174}', '{}', 'x & y', 'a\\', '(', '"', '"a"', "'", '--', '[[:alpha:]]+', '(a+)+$'),
  pick('\\1', 'ünï', '😀', '%', '%zz', '{"a":', 'new', '2500 kg', 'infinity'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const operator = words(
  'eq neq gt gte lt lte like ilike match imatch is isdistinct fts plfts phfts wfts cs cd ov sl sr nxr nxl adj not.eq not.is eq(any) like(all) fts(english) fts(klingon) wrong',
)
const test = fc.oneof(
  { weight: 4, arbitrary: joined(operator, pick('.'), value) },
  joined(pick('in.('), listed(value, 4), pick(')')),
  words('is.null is.true is.unknown not.is.null is.not_null is.maybe'),
)
const count = words('0 1 3 3 -1 99999999999999999999 x')

function fieldOf({ fields }: Relation): fc.Arbitrary<string> {
  return mostly(words(fields), words('nothing id->a name->>b ->x price->'))
}

function conditionOf(relation: Relation): fc.Arbitrary<string> {
  const field = fieldOf(relation)
  return fc.letrec<{ any: string }>(tie => ({
    any: fc.oneof(
      { maxDepth: 3 },
      joined(field, pick('.'), test),
      joined(words('and or not.and not.or'), pick('('), listed(tie('any'), 3), pick(')')),
    ),
  })).any
}

function selectOf(relation: Relation): fc.Arbitrary<string> {
  const field = fieldOf(relation)
  const cast = words('::text ::int ::json ::date ::text[] ::nothing')
  const aggregate = words('count() id.max() id.sum()::text n:id.avg() id.nothing()')
  return fc.letrec<{ item: string; inner: string }>(tie => ({
    item: fc.oneof(
      { maxDepth: 2 },
      { weight: 3, arbitrary: field },
      pick('*'),
      mostly(joined(field, cast), aggregate),
      joined(words(relation.embeds), pick('('), tie('inner'), pick(')')),
    ),
    inner: fc.oneof({ maxDepth: 2 }, words('id * name count() book_id'), listed(tie('item'), 3)),
  })).item
}

function orderOf(relation: Relation): fc.Arbitrary<string> {
  const direction = pick('', '.asc', '.desc', '.nullsfirst', '.desc.nullslast', '.up')
  return joined(mostly(fieldOf(relation), words('authors(name) tags(id)')), direction)
}

/** `name=value`, of the relation itself or of what it may embed. */
function parameterOf(relation: Relation): fc.Arbitrary<string> {
  const at = mostly(pick(''), words('authors. tags. author. books. nowhere.'))
  return fc.oneof(
    { weight: 4, arbitrary: joined(at, fieldOf(relation), pick('='), test) },
    { weight: 4, arbitrary: joined(pick('select='), listed(selectOf(relation), 4)) },
    joined(
      at,
      words('and or not.and not.or'),
      pick('=('),
      listed(conditionOf(relation), 3),
      pick(')'),
    ),
    joined(at, pick('order='), listed(orderOf(relation), 3)),
    joined(at, words('limit offset'), pick('='), count),
    words('columns=id on_conflict=id apikey= = & select id='),
  )
}

/** Any text that a header can hold. */
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter(code => code !== 0x7f)
    .map(code => String.fromCharCode(code)),
  maxLength: 30,
})
const preference = words(
  'count=exact count=planned count=estimated handling=lenient handling=strict timezone=Europe/Berlin timezone=Mars/Base timezone= tx=rollback return=minimal max-affected=1 max-affected=x foo=bar ;',
)
const media = pick(
  'application/json',
  'text/csv',
  'application/vnd.pgrst.object+json',
  'application/vnd.pgrst.array+json;nulls=stripped',
  'application/vnd.pgrst.plan+json; options=verbose',
  'application/vnd.pgrst.plan; for="text/csv"',
  'text/*',
  'application/geo+json',
  'image/png;q=0.5',
  'a/b;q=0',
  '"',
)

type Headers = FuzzRequest['headers']

/** Each header comes once in so many requests. */
function headersEach(many: number, token: fc.Arbitrary<string>): fc.Arbitrary<Headers> {
  const now = (text: fc.Arbitrary<string>) =>
    fc.oneof({ weight: many - 1, arbitrary: fc.constant(undefined) }, text)
  return fc
    .record({
      prefer: now(mostly(listed(preference, 3), headerText)),
      accept: now(mostly(listed(media, 3), headerText)),
      range: now(mostly(words('0-1 2- 5-2 -1 0-0 bytes=0-1 0-99999999999999999999'), headerText)),
      'accept-profile': now(
        mostly(pick('library'), fc.oneof(words('archive nowhere'), headerText)),
      ),
      authorization: now(token),
      cookie: now(headerText),
      'x-any': now(headerText),
    })
    .map(all =>
      Object.fromEntries(
        Object.entries(all).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
      ),
    )
}

const badToken = fc.oneof(pick('Bearer', 'Bearer a.b.c', 'Basic eDp5'), headerText)
const method = mostly(pick('GET'), words('HEAD OPTIONS POST PATCH PUT DELETE TRACE PROPFIND'))

/** Percent-encodes what a request line cannot hold, and leaves the rest as careless clients do. */
function encoded(text: string): string {
  return text.replaceAll(/[^\u0021-\u007e]/gu, character => {
    const isHalf = character.length === 1 && /[\ud800-\udfff]/.test(character)
    return isHalf ? '%ED%A0%80' : encodeURIComponent(character) // Bytes that are no UTF-8.
  })
}

/** Near to what the grammar allows. `authorization` is what a caller with a good token sends. */
export function likely(authorization: string): fc.Arbitrary<FuzzRequest> {
  return pick(...RELATIONS).chain(relation =>
    fc
      .tuple(
        method,
        listed(parameterOf(relation), 4, '&'),
        headersEach(4, mostly(pick(authorization), badToken)),
      )
      .map(([name, query, headers]) => ({
        method: name,
        target: encoded(`/rest/v1/${relation.name}${query === '' ? '' : '?'}${query}`),
        headers,
      })),
  )
}

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  listed(
    words(
      'select= eq. ( ) , . : :: -> ->> " * ... ! in. is. & = % %00 %ff %C3%A9 + and or not. / // .. rpc id',
    ),
    20,
    '',
  ),
)

/** Anything at all, below the prefix or not. */
export const unlikely: fc.Arbitrary<FuzzRequest> = fc
  .tuple(
    method,
    pick('/rest/v1/', '/rest/v1/books?', '/rest/v1/books?select=', '/rest/v1/rpc/', '/'),
    noise,
    headersEach(10, badToken),
  )
  .map(([name, start, text, headers]) => ({ method: name, target: encoded(start + text), headers }))
