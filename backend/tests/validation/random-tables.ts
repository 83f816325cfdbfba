import fc from 'fast-check'

/** A column as it is declared, and what may be sent for it: good, bad and odd. */
export interface RandomColumn {
  readonly name: string
  readonly declaration: string
  readonly values: readonly unknown[]
}

/** Types that every random database has. */
export const TYPES = `
  create type mood as enum ('ok', 'sad', 'so so');
  create type "Odd Mood" as enum ('A', 'b"c');
  create domain positive as int constraint above_zero check (value > 0);
  create domain short as varchar(4) not null constraint no_bad check (value <> 'bad');
  create domain share as numeric(4,3) check (value between 0 and 1);
  create domain code as text check (value ~ '^[A-Z]{2}-[0-9]+$') check (length(value) < 9);
  create domain given as text check (value is not null);
`

const NUMBERS = [0, 1, -1, 5, 10, 99.5, -0.001, 1e3, 12345.678, 0.005, 999, 100000, 2 ** 40]
const WORDS = ['', ' ', 'a', 'abc', 'abcd', 'bad', 'x y', 'abc   ', 'abcd\t', 'AB-1', 'é𝒳é𝒳', "o'k"]
const ODD = [
  true,
  false,
  null,
  { a: 1 },
  { a: { b: [1, null] } },
  [],
  [1, 2],
  ['a', null],
  [[1], [2]],
]
const NUMERIC_TEXTS = [
  '1',
  ' 7 ',
  '+3',
  '-0',
  '1.5',
  '1e2',
  '0x1f',
  '1_000',
  'NaN',
  'inf',
  '-Infinity',
  '1e400',
  '1e-400',
  '32768',
  '2147483648',
  '9223372036854775808',
  '99999999999999999999x',
  '9e99999',
  '.5',
  '5.',
  '1 2',
  'e5',
]

const KINDS: readonly (readonly [
  type: string,
  values: readonly unknown[],
  checks: readonly string[],
])[] = [
  [
    'smallint',
    [...NUMBERS, ...NUMERIC_TEXTS, 40000],
    ['$ > 0', '$ between 1 and 9', '$ <> 5', '$ in (1, 5, 10)'],
  ],
  [
    'integer',
    [...NUMBERS, ...NUMERIC_TEXTS, 3e9],
    ['$ >= 0 and $ < 100', 'not ($ = 1)', '$ is null or $ > 3', '$ % 2 = 0'],
  ],
  ['bigint', [...NUMBERS, ...NUMERIC_TEXTS], ['$ > 5000000000 or $ < 10']],
  ['numeric', [...NUMBERS, ...NUMERIC_TEXTS], ['$ > 0.5', '$ <= 10::numeric']],
  [
    'numeric(5,2)',
    [...NUMBERS, ...NUMERIC_TEXTS, 999.994, 999.995, 0.004],
    ['$ > 0', '$ <> 99.50'],
  ],
  ['real', [...NUMBERS, ...NUMERIC_TEXTS], []],
  ['double precision', [...NUMBERS, ...NUMERIC_TEXTS], ['$ > 0', '$ < 1e3']],
  [
    'boolean',
    ['t', 'tr', 'yes', 'on', 'of', 'o', ' true ', 'TRUE', '1', '2', 'maybe', 1, 0, 2],
    ['$', 'not $', '$ = true'],
  ],
  [
    'text',
    [...WORDS, 7],
    [
      "$ <> ''",
      'length($) > 1',
      "$ in ('a', 'abc')",
      "btrim($) <> ''",
      "$ like 'a%c'",
      "$ ~ '^[a-c]+$'",
      "$ > 'b'",
      'lower($) = $',
    ],
  ],
  ['varchar(3)', WORDS, ["$ <> 'abc'", 'char_length($) = 3', "$ = any (array['a', 'abc'])"]],
  ['char(3)', WORDS, ["$ <> 'a'", 'length($) > 0']],
  [
    'uuid',
    [
      '5f0e2c3a-1b2c-4d5e-8f90-a1b2c3d4e5f6',
      '{5f0e2c3a1b2c4d5e8f90a1b2c3d4e5f6}',
      '5f0e2c3a',
      'g',
      '5f0e-2c3a-1b2c-4d5e-8f90-a1b2-c3d4-e5f6',
      ' 5f0e2c3a1b2c4d5e8f90a1b2c3d4e5f6',
    ],
    [],
  ],
  ['mood', ['ok', 'sad', 'so so', 'OK', 'ok ', 'x'], ["$ <> 'sad'", "$ in ('ok', 'sad')"]],
  ['"Odd Mood"', ['A', 'b"c', 'a'], []],
  ['json', [...WORDS, 1], []],
  ['jsonb', [...WORDS, 1], ['$ is not null']],
  ['bytea', ['\\x00ff', '\\x0', '\\xzz', '\\x0 0', 'abc', 'a\\b', 'a\\\\b', '\\001', '\\8'], []],
  ['date', ['2026-01-31', '2026-02-31', 'today', 'nope', '', 'epoch', 'not a date', 5], []],
  [
    'timestamptz',
    ['2026-01-31T00:00:00Z', 'now', 'utc', 'monday', 'infinity', 'zulu', '12', 'x y'],
    [],
  ],
  ['timestamp', ['2026-01-31 10:00', 'tomorrow', 'am', 'bc', 'dst'], []],
  ['time', ['10:00', 'allballs', 'noon', 'now', 'pm', 'utc'], []],
  ['timetz', ['10:00+00', 'z', 'hello'], []],
  ['interval', ['1 day', 'day', 'P1D', 'infinity', 'ago', 'x', ''], []],
  [
    'int[]',
    ['{1,2}', 'x', 5, [1, 'x'], [1, 2.5], [null], [[1], [2]], [[1], 2], [1, [2]], [{ a: 1 }]],
    [],
  ],
  ['mood[]', [['ok'], ['x'], '{ok}'], []],
  ['positive', [...NUMBERS, ...NUMERIC_TEXTS], ['$ < 50']],
  ['short', WORDS, ["$ <> 'abc'"]],
  ['share', [...NUMBERS, ...NUMERIC_TEXTS, 0.9994, 0.9996, 1.0004], []],
  ['code', [...WORDS, 'AB-123456', 'AB-1234', 'ab-1'], []],
  ['given', WORDS, []],
  ['inet', ['10.0.0.1', '::1', '10.0.0.0/8', 'x'], []],
  ['int4range', ['[1,2)', '(,5)', 'empty'], []],
  ['point', ['(1,2)', '3,4'], []],
]

/** Only PostgreSQL knows what they are: mostly they get what they take. */
const OPAQUE = new Set(['inet', 'int4range', 'point'])

const SUFFIXES = [
  '',
  '',
  ' not null',
  ' not null',
  ' default null',
  ' generated always as identity',
]

const column = (index: number): fc.Arbitrary<RandomColumn> =>
  fc
    .record({
      kind: fc.constantFrom(...KINDS),
      suffix: fc.constantFrom(...SUFFIXES),
      check: fc.nat(7),
      name: fc.constantFrom(`c${index}`, `c${index}`, `C ${index}`, `"c/~"${index}`),
    })
    .map(({ kind: [type, values, checks], suffix, check, name }) => {
      const quoted = `"${name.replaceAll('"', '""')}"`
      const condition = checks[check]?.replaceAll('$', quoted)
      const isWhole = /^(?:smallint|integer|bigint)$/.test(type)
      const ending = suffix.endsWith('identity') && !isWhole ? '' : suffix
      // The next number of a sequence is another one each time.
      const isCounted = ending.endsWith('identity')
      const constraint = condition === undefined || isCounted ? '' : ` check (${condition})`
      return {
        name,
        declaration: `${quoted} ${type}${ending}${constraint}`,
        values: OPAQUE.has(type) ? [...values, null] : [...values, ...ODD],
      }
    })

/** A table of two to five columns beside its key. */
export const randomColumns: fc.Arbitrary<readonly RandomColumn[]> = fc
  .integer({ min: 2, max: 5 })
  .chain(count => fc.tuple(...Array.from({ length: count }, (_, index) => column(index))))

export function tableOf(name: string, columns: readonly RandomColumn[], trigger: boolean): string {
  const declared = columns.map(({ declaration }) => declaration).join(', ')
  const created = `create table ${name} (id bigint primary key generated by default as identity, ${declared});`
  return trigger
    ? `${created} create trigger before_${name} before insert on ${name} for each row execute function touch();`
    : created
}

/** A row with some of the columns, in any order. */
export function randomRow(columns: readonly RandomColumn[]): fc.Arbitrary<Record<string, unknown>> {
  const members = columns.map(({ name, values }) =>
    fc.option(
      fc.constantFrom(...values).map(value => [name, value] as const),
      { freq: 6, nil: undefined },
    ),
  )
  return fc
    .tuple(...members)
    .chain(pairs => fc.shuffledSubarray(pairs, { minLength: pairs.length }))
    .map(pairs => Object.fromEntries(pairs.filter(pair => pair !== undefined)))
}
