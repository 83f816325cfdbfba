import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { SANITIZER_KINDS, sanitize } from './sanitize.ts'

test.each([
  ['<p>Hello <b>you</b></p>', '<p>Hello <b>you</b></p>'],
  ['<script>alert(1)</script>x', 'x'],
  ['<scr<script>ipt>alert(1)</scr</script>ipt>', 'ipt&gt;alert(1)ipt&gt;'],
  ['<img src=x onerror=alert(1)>', '<img src="x" />'],
  ['<a href="javascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="&#106;ava\tscript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="//evil.example">x</a>', '<a>x</a>'],
  [
    '<a href="https://example.org?a=1&b=2">x</a>',
    '<a href="https://example.org?a=1&amp;b=2">x</a>',
  ],
  ['<svg><script>alert(1)</script></svg>', ''],
  ['<style>*{background:url(//x)}</style><p style="color:red">x</p>', '<p>x</p>'],
  ['<iframe src="https://x"></iframe><form action="/"><input></form>', ''],
  ['a < b && c > d, I <3 you &amp; &lt;b&gt;', 'a < b && c > d, I <3 you &amp; &lt;b&gt;'],
])('html: %s', (text, expected) => {
  expect(sanitize('html', text)).toBe(expected)
})

test.each([
  ['Some *text* with <b>HTML</b>', 'Some *text* with &lt;b>HTML&lt;/b>'],
  ['<!-- x --><?php', '&lt;!-- x -->&lt;?php'],
  ['a < b, <3, \\<b>', 'a < b, <3, \\<b>'],
  ['`<b>` and ``a`<b>``', '`<b>` and ``a`<b>``'],
  ['```html\n<b>\n```\n<b>', '```html\n<b>\n```\n&lt;b>'],
  ['~~~\r\n<b>\r\n~~~\r\n<b>', '~~~\r\n<b>\r\n~~~\r\n&lt;b>'],
  ['`a\n` <b> `', '`a\n` &lt;b> `'],
  ['[x](`) <b> `', '[x](`) &lt;b> `'],
  ['> ```\n<b>', '> ```\n&lt;b>'],
  ['   ```\n```\n<b>', '   ```\n```\n&lt;b>'],
  ['~~~\r~~~\r<b>', '~~~\r~~~\r&lt;b>'],
  ['<https://example.org/a?b> <mailto:a@b>', '<https://example.org/a?b> <mailto:a@b>'],
  ['<javascript:alert(1)>', '&lt;javascript:alert(1)>'],
  ['[a](javascript:alert(1)) ![b](data:text/html,x)', '[a](#)) ![b](#)'],
  ['[a]( &#106;ava&Tab;script&colon;x)', '[a]( #)'],
  ['[a](\n> vbscript:x)', '[a](\n> #)'],
  ['[a]: javascript:x\n[b]: https://x', '[a]: #\n[b]: https://x'],
  ['[a](/b "t") [c](tel:1) [d](x:y) [e][f]', '[a](/b "t") [c](tel:1) [d](x:y) [e][f]'],
])('markdown: %j', (text, expected) => {
  expect(sanitize('markdown', text)).toBe(expected)
})

test.each([
  ['https://example.org/a b?c#d', 'https://example.org/a b?c#d'],
  ['mailto:a@example.org', 'mailto:a@example.org'],
  ['/path?x=1', '/path?x=1'],
  ['not a URL', 'not a URL'],
  ['javascript:alert(1)', ''],
  [' java\nscript:alert(1)', ''],
  ['\u0001data:text/html,x', ''],
  ['ftp://x', ''],
  ['https://', ''],
  ['https://user:secret@example.org/a', 'https://example.org/a'],
  ['https://a@b@example.org', 'https://example.org/'],
  ['https:\\\\user@example.org', 'https://example.org/'],
  ['//user@example.org/a', '//example.org/a'],
  ['//example.org/a', '//example.org/a'],
  ['https://example.org/\r\nx', 'https://example.org/x'],
])('url: %j', (text, expected) => {
  expect(sanitize('url', text)).toBe(expected)
})

const PIECES = [
  ...[
    '<',
    '>',
    '</',
    '<!--',
    '-->',
    '<b>',
    '<script>',
    '</script>',
    '<a href="',
    '">',
    '<img src=x ',
    'onerror=',
  ],
  ...[
    '"',
    "'",
    '&',
    '&lt;',
    '&#106;',
    '&colon;',
    '&amp;',
    ';',
    '`',
    '```',
    '~~~',
    '\n',
    '\r',
    '\n\n',
    '\n> ',
  ],
  ...[
    '[x](',
    '[x]: ',
    ']',
    '(',
    ')',
    '](',
    'javascript:',
    'java',
    'script:',
    'https://',
    'mailto:',
    '//',
    '\\',
  ],
  ...[
    '@',
    ':',
    '/',
    '|',
    ' ',
    '\t',
    'a',
    'ä',
    '\u0000',
    '\u202e',
    '<svg>',
    '<style>',
    '<textarea>',
    '<p',
  ],
]
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 20 }).map(pieces => pieces.join('')),
)

test.each(SANITIZER_KINDS)(`%s: again changes nothing more (seed ${seed})`, kind => {
  fc.assert(
    fc.property(text, any => {
      const once = sanitize(kind, any)
      expect(sanitize(kind, once)).toBe(once)
    }),
    { seed, numRuns: 3_000 },
  )
})

test(`a text without markup comes back as it was (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), any => {
      const hasMarkup = /<[a-zA-Z/!?]|\]\(|\]:/.test(any)
      const isUrlLike = /^\s*(?:[a-z][\w+.-]*:|[/\\]{2})|\p{Cc}|^\s|\s$/iu.test(any)
      if (!hasMarkup) expect([sanitize('html', any), sanitize('markdown', any)]).toEqual([any, any])
      if (!isUrlLike) expect(sanitize('url', any)).toBe(any)
    }),
    { seed, numRuns: 3_000 },
  )
})

test(`nothing that runs is left in HTML (seed ${seed})`, () => {
  fc.assert(
    fc.property(text, any => {
      const tags = sanitize('html', any).match(/<[a-zA-Z/!?][^>]*>?/g) ?? []
      for (const tag of tags) {
        expect(tag).not.toMatch(/="\s*javascript:/i)
        expect(tag.replaceAll(/="[^"]*"/g, '')).not.toMatch(
          /^<\/?(?:script|style|svg|iframe|textarea|!)|\son\w+/i,
        )
      }
    }),
    { seed, numRuns: 3_000 },
  )
})

test.each([
  ['backticks', '`'.repeat(100_000)],
  ['runs of backticks', Array.from({ length: 400 }, (_, n) => '`'.repeat(n + 1)).join(' ')],
  ['openings', '<a'.repeat(50_000)],
  ['targets', ']('.repeat(50_000)],
  ['spaces in a target', `](${' '.repeat(100_000)}`],
  ['entities', `](${'&#32;'.repeat(20_000)}`],
  ['elements', '<div>'.repeat(20_000)],
])('many %s end at all', (_what, many) => {
  for (const kind of SANITIZER_KINDS) expect(sanitize(kind, many)).toBeTypeOf('string')
})
