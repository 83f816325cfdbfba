import { expect, test } from 'vitest'
import { withFigures } from './figures-page.ts'

const PAGE = `# Pool

## Spike

<!-- figures of spike -->
old
<!-- end of spike -->

Words that stay.
`

test('figures replace what stood between their markers, and nothing else', () => {
  const page = withFigures(PAGE, 'spike', '| new |')
  expect(page).toContain('<!-- figures of spike -->\n\n| new |\n\n<!-- end of spike -->')
  expect(page).toContain('Words that stay.')
  expect(page).not.toContain('old')
  expect(withFigures(page, 'spike', '| new |')).toBe(page)
})

test('a trial without a place on the page is an error', () => {
  expect(() => withFigures(PAGE, 'sweep', '')).toThrow('no place for the figures of sweep')
})
