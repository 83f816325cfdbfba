import { readFileSync } from 'node:fs'
import { createRandom, type Random } from '../support/random.ts'

const INNOCENTS = readFileSync(new URL('innocents.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#: '))

/** Syllables of names, by script. */
const SCRIPTS: readonly (readonly string[])[] = [
  "an bel cor da el fin gar hel is jo ka li mo nor os pa ra sa te ul vi wen y za O'".split(' '),
  'Å ø ñi ço él üb ß ł ğı ő ř ț ž ð þ ŷ ặ ơ ư'.split(' '),
  'ан бо ва ги да ев жо за ий ко ль ми но оп ря щу ъ ы ь ю я'.split(' '),
  'αν βα γε δη ευ ζω θε ίκ κο λυ μά νι ξέ πω σς'.split(' '),
  'אב גד הו זח טי כל מנ סע פצ קר שת'.split(' '),
  'ال بن تر جم حس خل دي رض سع شه عب فت قا كر لي مح نو هش وس يو'.split(' '),
  'कु मा री सि ता रा म दे वी श र्मा'.split(' '),
  'อา บุ ชา ดี เอ กา มล นี พร สม'.split(' '),
  '佐 藤 鈴 木 高 橋 さ と し アイ ケン ー'.split(' '),
  '王 李 张 刘 陈 杨 赵 黄 周 吴 伟 芳 娜'.split(' '),
  '김 이 박 최 정 강 조 윤 장 임 서 연 민'.split(' '),
  'გი ორ ნი ნო და თა'.split(' '),
  'አበ በቀ ተስ ፋዬ ሰላ'.split(' '),
  'தமி ழ் செல் வன்'.split(' '),
  '🦆 🐘 👩‍🚀 🇳🇱 ❤️ é ẛ̣'.split(' '),
]
const WORDS =
  "the a select from where union all order by and or not drop table insert into update set delete it's they're don't — “so” said; (perhaps) 50% off & more, like % _ * -- /* */ ... ? ! #1 $5 = == <= >= <> || && :: -> ->> @ ~ ^ `tick` \\ / | naïve Zürich 東京".split(
    ' ',
  )
const NAMES = 'user item order name email_address "Group" x1 données'.split(' ')
const CODE: readonly ((one: string, other: string) => string)[] = [
  (one, other) => `if (${one} === '${other}' || ${one} !== null) { return \`\${${other}}\`; }`,
  (one, other) => `const ${one} = { '${other}': [1, "2", null], ...rest } // ok`,
  (one, other) => `<a href="/${one}?id=1&x='${other}'" onclick="go()">${other}</a>`,
  (one, other) => `def ${one}(self, *args, **kw):\n\treturn f"{${other}!r}" # '\n`,
  (one, other) => `echo "$${one}" | sed 's/${other}/\\1/g' > /dev/null; exit $?`,
  (one, other) => `{"${one}":{"$gt":"${other}","__proto__":[]}}`,
  (one, other) => `#include <${one}.h>\r\nchar *s = "\\"${other}\\" %s\\n";`,
  (one, other) => `{{#if ${one}}}{{${other}}}{{/if}} <% ${one} %> #{${other}}`,
  (one, other) => `body{background:url('${one}.png')}/* ${other} */`,
]
const SQL: readonly ((one: string, other: string) => string)[] = [
  (one, other) => `select ${one}, ${other} from t where ${one} = '${other}' or 1=1; -- done`,
  (one, other) => `insert into ${one} values ('${other}', E'\\'', U&'\\0027', $$x$$) returning *;`,
  (one, other) =>
    `drop table if exists ${one} cascade; select ${other}::int /* all */ from pg_class`,
  (one, other) => `x' union all select ${one}, null from ${other} --`,
  (one, other) => `do $body$ begin execute 'delete from ${one}'; end $body$; -- ${other}`,
  (one, other) =>
    `update ${one} set ${other} = ${other} || ';' where id in (1,2) and name like '%\\_%'`,
  (one, other) => `with ${one} as (select 1) select * from ${one} where "${other}" ~ '^(a|b)+$'`,
]

/** So many different texts of people: their names, what they write, what they program, what they paste. None is empty. */
export function ordinaryTexts(count: number, seed: number): readonly string[] {
  const random = createRandom(seed)
  const texts = new Set(INNOCENTS)
  while (texts.size < count) texts.add(random.pick([nameOf, proseOf, codeOf, sqlOf])(random))
  return [...texts].slice(0, count)
}

function some(random: Random, words: readonly string[], most: number): readonly string[] {
  return Array.from({ length: 1 + random.below(most) }, () => random.pick(words))
}

function nameOf(random: Random): string {
  const syllables = random.pick(SCRIPTS)
  const part = (): string => some(random, syllables, 4).join('')
  return some(random, [part(), part(), part()], 3).join(random.pick([' ', '-', "'", ' ', '’', '.']))
}

function proseOf(random: Random): string {
  const ends = ['', '.', '?', '!', ';', "'", '"', ')', '\n', '\r\n', ' ', '…']
  return (
    some(random, WORDS, 30).join(random.pick([' ', ' ', ' ', '\n', '\t', ', '])) + random.pick(ends)
  )
}

function codeOf(random: Random): string {
  return random.pick(CODE)(random.pick(NAMES), random.pick(WORDS))
}

function sqlOf(random: Random): string {
  return random.pick(SQL)(random.pick(NAMES), some(random, WORDS, 2).join(' '))
}
