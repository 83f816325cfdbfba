import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  encodeAttribute,
  encodeCsvCell,
  encodeHeaderValue,
  encodeHtml,
  encodeLikePattern,
  encodeLogLine,
  encodeUrlComponent,
  SINKS,
} from './sinks.ts'

test.each<[sink: string, encoded: string, expected: string]>([
  ['html', encodeHtml('<b>"a" & \'b\'</b>'), '&lt;b&gt;"a" &amp; \'b\'&lt;/b&gt;'],
  ['attribute', encodeAttribute(`" onload='x'\n\``), '&quot; onload&#61;&#39;x&#39;&#10;&#96;'],
  [
    'url-component',
    encodeUrlComponent("a/b?c=d&e='(ä)\ud800"),
    'a%2Fb%3Fc%3Dd%26e%3D%27%28%C3%A4%29%EF%BF%BD',
  ],
  ['header-value', encodeHeaderValue('a\r\nSet-Cookie: b\0\tc '), 'a  Set-Cookie: b \tc'],
  ['csv-cell', encodeCsvCell('=1+1'), "'=1+1"],
  ['csv-cell', encodeCsvCell(' \t@SUM(A1,"x")'), `"' \t@SUM(A1,""x"")"`],
  ['csv-cell', encodeCsvCell('\r=1'), `"'\r=1"`],
  ['csv-cell', encodeCsvCell('＝1'), "'＝1"],
  ['csv-cell', encodeCsvCell('-12.5e3'), '-12.5e3'],
  ['csv-cell', encodeCsvCell('+49 30 1'), "'+49 30 1"],
  ['csv-cell', encodeCsvCell('a - b'), 'a - b'],
  [
    'log-line',
    encodeLogLine('a\n2026 ERROR \u001b[2K\u202e\\n'),
    'a\\u000a2026 ERROR \\u001b[2K\\u202e\\\\n',
  ],
  ['like-pattern', encodeLikePattern('100%_\\'), '100\\%\\_\\\\'],
])('%s: %s', (_sink, encoded, expected) => {
  expect(encoded).toBe(expected)
})

test('a word stays a word everywhere', () => {
  for (const { encode } of SINKS) expect(encode('word')).toBe('word')
})

test('nothing that ends its place is left, whatever the text', () => {
  const nasty = fc.array(fc.constantFrom(...`<>&"'=+-@,;%_\\/\r\n\t\0 a\u202e\u2028`), {
    maxLength: 12,
  })
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    nasty.map(characters => characters.join('')),
  )
  fc.assert(
    fc.property(text, any => {
      expect(encodeHtml(any)).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
      expect(encodeAttribute(any)).not.toMatch(/[<>"'`=\t\n\r]|&(?!#\d+;|amp;|lt;|gt;|quot;)/)
      expect(encodeUrlComponent(any)).toMatch(/^[\w.~%-]*$/)
      expect(encodeHeaderValue(any)).not.toMatch(/[\r\n\0]/)
      expect(encodeCsvCell(any)).not.toMatch(/^"?[=@\t\r\n]/)
      expect(encodeLogLine(any)).not.toMatch(/[\r\n\u2028\u202e]/)
      expect(encodeLikePattern(any).replaceAll(/\\./gs, '')).not.toMatch(/[%_\\]/)
    }),
  )
})

test('what is for a program can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), any => {
      expect(decodeURIComponent(encodeUrlComponent(any))).toBe(any)
      expect(encodeLikePattern(any).replaceAll(/\\(.)/gs, '$1')).toBe(any)
    }),
  )
})
