import fc from 'fast-check'

// Bodies, near to what a table or function takes and far from it.

const pick = <T>(...items: readonly T[]) => fc.constantFrom(...items)
const words = (text: string) => pick(...text.split(' '))

/** A body as it goes over the wire, with what it says of itself. */
export interface FuzzBody {
  readonly type: string | undefined
  readonly bytes: Buffer
}

/** JSON text of one value: of the type that is meant, of another, or of none. */
const scalar = fc.oneof(
  words('1 0 -1 2.5 1e3 true false null 99999999999999999999 1e400 -0 0.1e-400 1E+2'),
  pick('"one"', '""', '"1"', '"2024-02-30"', '"2024-02-29"', '"now"', '"{1,2}"', '"[1,5)"'),
  pick('"high"', '"50 g"', '"\\\\x00ff"', '"\\\\xzz"', '"10.0.0.1"', '"(1,2)"', '"1 day"'),
  pick('"9b2c1f6e-7a34-4d1b-8a57-0c9f1e2d3b4a"', '"1010"', '"NaN"', '"infinity"', '"a b"'),
  pick('"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\uD83D\\uDE00"', '"\\u202e"', '"😀"'),
  pick(`"'; drop table x; --"`, '"$1"', '"\\\\"', '"\\""', '"\\n\\r\\t"', '"__proto__"'),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => JSON.stringify(text)),
  fc.double().map(number => JSON.stringify(number)),
  fc.bigInt().map(String),
)

const nested = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 3 }).map(items => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(words('a b id __proto__ constructor ""'), tie('value')), { maxLength: 3 })
      .map(pairs => `{${pairs.map(([key, value]) => `${quoted(key)}:${value}`).join(',')}}`),
  ),
})).value

const quoted = (key: string) => (key.startsWith('"') ? key : JSON.stringify(key))

/** Some JSON that does not parse, or that is more than it seems. */
const broken = fc.oneof(
  pick(
    '',
    ' ',
    '{',
    '}',
    '[',
    ']',
    '{"a"',
    '{"a":',
    '{"a":1',
    '[1',
    '[{}',
    '"',
    '"a',
    'nul',
    'NaN',
  ),
  pick(
    '{"a":1}}',
    '[{}]]',
    '{"a":1}{"a":2}',
    '{,}',
    '[,]',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '[1 2]',
  ),
  pick(
    '\ufeff{"name":"x"}',
    '/* */{}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    '{"a":"\t"}',
  ),
  pick(
    '{"a":"\\x41"}',
    '{"a":"\\u12"}',
    '{"a":"\\uD800"}',
    '{"\\u0000":1}',
    '{"\\ud800":1}',
    '{"":1}',
  ),
  pick(
    deep('[', ']', 400),
    deep('[', ']', 50_000),
    deep('{"a":', '}', 400, '1'),
    '['.repeat(90_000),
  ),
  pick(deep('{"a":', '}', 20_000, '1'), `{"name":${deep('[', ']', 7_000)}}`),
  pick('1', '"text"', 'true', 'null', '[1,2]', '[null]', '[[{}]]', '[{},1]', '[{"a":1},[]]'),
)

function deep(open: string, close: string, levels: number, inside = ''): string {
  return open.repeat(levels) + inside + close.repeat(levels)
}

const many = pick(
  `[${Array.from({ length: 2_000 }, (_, id) => `{"a":${id}}`).join(',')}]`,
  `{${Array.from({ length: 3_000 }, (_, id) => `"k${id}":${id}`).join(',')}}`,
  `{"name":"${'x'.repeat(300_000)}"}`,
  `{"big":${'9'.repeat(100_000)}}`,
  `{"tidy":${'1e9'.repeat(1)}${'0'.repeat(40)}}`,
)

/** What a column or parameter of this name mostly takes, as JSON. */
const FITTING = new Map<string, fc.Arbitrary<string>>(
  Object.entries({
    id: words('1 2 3 1001 1002 1003 1004 1005 1006'),
    name: pick('"one"', '"gone"', '"é"', '"a,b"'),
    small: words('1 -5 32767'),
    big: words('9007199254740993 -1 "12"'),
    amount: words('0 1.5 12345678901234.5678 "3"'),
    ratio: words('0.1 -1e300 "NaN"'),
    flag: words('true false "t" null'),
    day: words('"2024-02-29" "today" null'),
    moment: pick('"2024-02-29T12:00:00+01:00"', '"2024-01-01"'),
    data: pick('{"a":[1,{"b":null}]}', '[]', '"text"', '1.50', 'null'),
    tidy: pick('{"a":[1,{"b":null}]}', '{}', '"text"', '1.50'),
    tags: pick('["a","b,c"]', '[]', '"{a,b}"', 'null'),
    grid: pick('[1,2]', '[[1,2],[3,4]]', '"{}"'),
    span: pick('"[1,5)"', '"empty"', 'null'),
    mood: words('"low" "high" null'),
    share: words('0 50 100'),
    weight: pick('"50 g"', '"1 g"'),
    content: pick('"\\\\x00ff"', '""'),
    code: pick('null', '"9b2c1f6e-7a34-4d1b-8a57-0c9f1e2d3b4a"'),
    length: pick('"1 day"', '"PT5M"'),
    address: words('"10.0.0.1" "::1/64"'),
    words: pick('"a:1 b:2"', '""'),
    bits: words('"1010"'),
    initials: words('"abc" "a"'),
    point: words('"(1,2)"'),
    a: words('1 2 3 "4"'),
    b: pick('"x"', '"y"', '"2"', '1'),
    c: words('1 "a" "low"'),
    d: words('1 "[1,2)"'),
    item_id: words('1 2 null'),
    note: pick('"first"', 'null', '"a \\\\ b"'),
    value: pick('"a"', '"gone 1"', 'null'),
    item: pick('{"id":1,"name":"x"}', 'null'),
    parts: pick('["a","b"]', '[]', '"{a}"'),
    message: pick('"No"'),
  }),
)

type Pair = readonly [key: string, value: string]

const written = (pairs: readonly Pair[]) =>
  `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`

function pairOf(key: string): fc.Arbitrary<Pair> {
  const fitting = { weight: 12, arbitrary: FITTING.get(key) ?? scalar }
  return fc.oneof(fitting, scalar, nested).map((value): Pair => [key, value])
}

/** An object of some of these keys, which may come twice, now and then with others. */
function objectOf(keys: string): fc.Arbitrary<string> {
  const key = fc.oneof(
    words('nothing __proto__ constructor toString hasOwnProperty'),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  )
  const pair = fc.oneof({ weight: 25, arbitrary: words(keys).chain(pairOf) }, key.chain(pairOf))
  return fc.array(pair, { maxLength: 5 }).map(written)
}

/** Objects that all have the same keys. */
function rowsOf(keys: string): fc.Arbitrary<string> {
  return fc
    .uniqueArray(words(keys), { minLength: 1, maxLength: 4 })
    .chain(chosen => fc.array(fc.tuple(...chosen.map(pairOf)), { maxLength: 4 }))
    .map(rows => `[${rows.map(written).join(',')}]`)
}

/** The JSON of a body that is about these keys, its values mostly such as fit. */
export function jsonOf(keys: string): fc.Arbitrary<string> {
  const one = objectOf(keys)
  return fc.oneof(
    { weight: 20, arbitrary: one },
    { weight: 10, arbitrary: rowsOf(keys) },
    { weight: 3, arbitrary: fc.array(one, { maxLength: 4 }).map(list => `[${list.join(',')}]`) },
    { weight: 1, arbitrary: nested },
    { weight: 3, arbitrary: broken },
    { weight: 1, arbitrary: many },
  )
}

const cell = fc.oneof(
  words('1 one NULL true 2024-01-01 {1,2} 1.5'),
  pick(
    '',
    '""',
    '"a,b"',
    '"a""b"',
    '"a\nb"',
    '"',
    '"a',
    'a"b',
    '"a"b',
    "'",
    '\ufeff',
    '\t',
    ' a ',
    '😀',
  ),
)

function csvOf(keys: string): fc.Arbitrary<string> {
  const name = fc.oneof({ weight: 10, arbitrary: words(keys) }, cell)
  const lineOf = (item: fc.Arbitrary<string>, maxLength: number) =>
    fc.array(item, { maxLength }).map(items => items.join(','))
  return fc
    .tuple(
      lineOf(name, 3),
      fc.array(lineOf(cell, 3), { maxLength: 4 }),
      pick('\n', '\r\n', '\r', ''),
    )
    .map(([head, lines, end]) => [head, ...lines].join(end) + end)
}

function formOf(keys: string): fc.Arbitrary<string> {
  const value = fc.oneof(
    words('1 one a+b %41 %zz %00 %C3%A9 %FF %ED%A0%80 = & 😀'),
    fc.string({ maxLength: 8 }),
  )
  const pair = fc
    .tuple(fc.oneof({ weight: 8, arbitrary: words(keys) }, value), value)
    .map(([name, text]) => `${name}=${text}`)
  return fc.array(pair, { maxLength: 4 }).map(pairs => pairs.join('&'))
}

const types = pick(
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=latin1',
  'text/csv',
  'text/csv; charset=utf-8; header=present',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'text/plain',
  'text/xml',
  'application/xml',
  'application/vnd.pgrst.object+json',
  'application/vnd.pgrst.array',
  'multipart/form-data; boundary=x',
  'image/png',
  'nonsense',
  '"',
  '*/*',
  '',
)

/** A body about these keys: of a format, said to be of it, and now and then of another, cut, or not even text. */
export function bodyOf(keys: string): fc.Arbitrary<FuzzBody> {
  const format = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constant('application/json'), jsonOf(keys)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('text/csv'), csvOf(keys)) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constant('application/x-www-form-urlencoded'), formOf(keys)),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constant('text/plain'), fc.string({ unit: 'binary' })) },
  )
  const saysType = fc.oneof(
    { weight: 20, arbitrary: fc.constant('its own') },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: types },
  )
  const damage = fc.oneof(
    { weight: 30, arbitrary: fc.constant((bytes: Buffer) => bytes) },
    fc.nat(40).map(size => (bytes: Buffer) => bytes.subarray(0, Math.max(0, bytes.length - size))),
    fc.uint8Array({ maxLength: 6 }).map(noise => (bytes: Buffer) => Buffer.concat([bytes, noise])),
    fc.tuple(fc.nat(60), fc.nat(255)).map(
      ([at, byte]) =>
        (bytes: Buffer) =>
          bytes.length > at ? bytes.fill(byte, at, at + 1) : bytes,
    ),
  )
  return fc.tuple(format, saysType, damage).map(([[own, text], said, spoil]) => ({
    type: said === 'its own' ? own : said,
    bytes: spoil(Buffer.from(text)),
  }))
}
