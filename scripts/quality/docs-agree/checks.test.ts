import { expect, test } from 'vitest'
import type { Finding } from '../support/finding.ts'
import { checkAgreement } from './agreement.ts'
import { checkArchitecture } from './architecture.ts'
import { findErrorCodes, isErrorCode } from './codes.ts'
import { checkLinks } from './links.ts'
import { parsePage } from './markdown.ts'
import { checkScripts } from './npm-scripts.ts'

function brief(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ file, line, message }) => `${file}:${line} ${message}`)
}

const ERRORS = `
/** Thrown instead of calling a node. */
export class BreakerOpenError extends STierError {
  readonly code = 'ST501' // PGRST999 in a comment is no code.
  readonly status = 503
  constructor(node: string) {
    super(\`Node '\${node}' is resting\`, { hint: 'Try again.' })
  }
}
function refuse() {
  return { code: 'PGRST100', status: 400, message: 'No' }
}
`

test('error codes are found with what stands around them', () => {
  const uses = findErrorCodes(new Map([['backend/src/a.ts', ERRORS]]))
  expect(uses).toMatchObject([
    {
      name: 'ST501',
      line: 4,
      owner: 'BreakerOpenError',
      comment: 'Thrown instead of calling a node.',
      status: '503',
      message: "`Node '${node}' is resting`",
      hint: "'Try again.'",
    },
    { name: 'PGRST100', line: 11, owner: 'refuse', status: '400', message: "'No'" },
  ])
})

test('codes and the errors page must agree both ways', () => {
  const defined = findErrorCodes(new Map([['backend/src/a.ts', ERRORS]]))
  const page = (text: string) => parsePage('docs/reference/errors.md', text)
  const check = (text: string) =>
    checkAgreement({
      rule: 'error-codes',
      noun: 'error code',
      defined,
      page: page(text),
      isName: isErrorCode,
    })
  expect(check('## `ST501`\n\n| Code |\n|---|\n| `PGRST100` |')).toEqual([])
  expect(brief(check('| Code |\n|---|\n| `PGRST100` |\n\nLike `ST501`, in passing.'))).toEqual([
    'backend/src/a.ts:4 the error code ST501 is not documented',
  ])
  expect(brief(check('## `ST501`, `PGRST100` and `ST502`'))).toEqual([
    'docs/reference/errors.md:1 the error code ST502 is documented, but the code has no such error code',
  ])
})

test('a link must lead to a file, and to a heading in it', () => {
  const files = new Set(['README.md', 'docs/a.md', 'docs'])
  const pages = [
    parsePage('README.md', '# Top\n[a](docs/a.md) [b](docs/b.md) [c](docs/a.md#there) [d](docs/)'),
    parsePage(
      'docs/a.md',
      '# Here\n[up](../README.md#top) [root](/README.md) [it](https://x.org/y)',
    ),
    parsePage('docs/c.md', '[self](#nowhere)'),
  ]
  const exists = (path: string) => files.has(path) || path === 'docs/c.md'
  expect(brief(checkLinks(pages, exists))).toEqual([
    'README.md:2 the link to docs/b.md leads nowhere',
    'README.md:2 docs/a.md has no heading #there',
    'docs/c.md:1 docs/c.md has no heading #nowhere',
  ])
})

test('an npm script on a page must exist, in the package that the page names', () => {
  const root = { name: 'root', scripts: { start: 'x', bench: 'x' } }
  const workspaces = [{ name: '@s-tier/benchmarks', scripts: { bench: 'x', profile: 'x' } }]
  const page = parsePage(
    'README.md',
    [
      '`npm start -- postgres://…`, `npm run bench` and `npm run profile -w @s-tier/benchmarks`',
      'npm test',
      'npm run profile',
      'npm -w @s-tier/console run bench',
    ].join('\n'),
  )
  expect(brief(checkScripts([page], root, workspaces))).toEqual([
    "README.md:2 package.json has no script 'test'",
    "README.md:3 package.json has no script 'profile'",
    "README.md:4 the package.json of @s-tier/console has no script 'bench'",
  ])
})

test('what the table of systems calls begun or done exists', () => {
  const exists = (path: string) => ['backend/src/query', 'benchmarks'].includes(path)
  const page = (row: string) =>
    parsePage('ARCHITECTURE.md', `| # | System | Folder | Today |\n|---|---|---|---|\n${row}`)
  const check = (row: string) => brief(checkArchitecture(page(row), exists))
  expect(
    check('| 1 | Query | `backend/src/query/` | done |\n| 2 | B | `benchmarks` | begun |'),
  ).toEqual([])
  expect(check('| 1 | Cache | `backend/src/cache` | planned, not begun |')).toEqual([])
  expect(check('| 1 | Cache | `backend/src/cache` | done |')).toEqual([
    'ARCHITECTURE.md:3 the table says that work on backend/src/cache has begun, but it does not exist',
  ])
  expect(check('| 1 | Cache | | begun: two levels |')).toEqual([
    'ARCHITECTURE.md:3 a system has begun but has no folder',
  ])
  expect(brief(checkArchitecture(parsePage('ARCHITECTURE.md', 'No table'), exists))).toEqual([
    'ARCHITECTURE.md:1 the page has no table of systems',
  ])
})
