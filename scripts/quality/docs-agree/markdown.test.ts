import { expect, test } from 'vitest'
import { parsePage } from './markdown.ts'

const PAGE = [
  '# The `one` path, [of](x.md) a request!',
  '## Again',
  '## Again',
  'See [this](docs/a.md "title"), ![image](b.png) and `[not](this.md)`.',
  '[reference]: c.md',
  '<a href="d.md">d</a>',
  '```md',
  '# Not a heading [nor](a-link.md)',
  '```',
  '| Code | State |',
  '|---|:---:|',
  '| `a` \\| b | done |',
  '',
  '| Other |',
  '| --- |',
  '| row |',
].join('\n')
const page = parsePage('README.md', PAGE)

test('headings have the anchors that GitHub gives them', () => {
  expect(page.headings.map(({ anchor, line }) => [anchor, line])).toEqual([
    ['the-one-path-of-a-request', 1],
    ['again', 2],
    ['again-1', 3],
  ])
})

test('links are found in every form, but not inside code', () => {
  const targets = page.links.map(({ text }) => text)
  expect(targets).toEqual(['x.md', 'docs/a.md', 'b.png', 'c.md', 'd.md'])
})

test('rows know the columns of their own table', () => {
  expect(page.rows.map(({ cells, columns }) => [cells, columns])).toEqual([
    [
      ['Code', 'State'],
      ['Code', 'State'],
    ],
    [
      ['`a` | b', 'done'],
      ['Code', 'State'],
    ],
    [['Other'], ['Other']],
    [['row'], ['Other']],
  ])
})
