import { expect, test } from 'vitest'
import { checkLayers } from './check.ts'

/** A small backend that keeps every rule; each test plants one defect in it. */
const SOUND: Readonly<Record<string, string>> = {
  'main.ts': `import { serve } from './cli/index.ts'\nserve()`,
  'server.ts': `import { createHttp } from './api/http/index.ts'\nimport { createPool } from './capabilities/pool/index.ts'`,
  'cli/index.ts': `// Commands.\nexport { serve } from './serve.ts'`,
  'cli/serve.ts': `import { createServer } from '../server.ts'`,
  'api/http/index.ts': `// Fastify.\nexport { createHttp } from './http.ts'`,
  'api/http/http.ts': `import fastify from 'fastify'\nimport cors from '@fastify/cors'`,
  'api/rest/index.ts': `// PostgREST's dialect.\nexport { rest } from './rest.ts'`,
  'api/rest/rest.ts': `import { planRead } from '../../query/plan/index.ts'\nimport type { FastifyRequest } from 'fastify'`,
  'query/plan/index.ts': `// The plan.\nexport { planRead } from './read.ts'`,
  'query/plan/read.ts': `import type { Catalog } from '../catalog/index.ts'`,
  'query/catalog/index.ts': `// The database described.\nexport type { Catalog } from './types.ts'`,
  'query/catalog/types.ts': `import { sql } from '../../base/index.ts'`,
  'capabilities/pool/index.ts': `// Connections.\nexport { createPool } from './pool.ts'`,
  'capabilities/pool/pool.ts': `import pg from 'pg'\nimport { sql } from '../../base/index.ts'\nimport './batch.ts'`,
  'capabilities/pool/batch.ts': `import type { Submittable } from 'pg'\nimport utils from 'pg/lib/utils'`,
  'capabilities/pool/pool.test.ts': `import { expect } from 'vitest'\nimport { createDatabase } from '../../../tests/support/database.ts'`,
  'capabilities/cache/index.ts': `/* Three levels. */\nexport * from './cache.ts'`,
  'capabilities/cache/cache.ts': `import { hash } from 'node:crypto'`,
  'base/index.ts': `// The ground floor.\nexport { sql } from './sql.ts'`,
  'base/sql.ts': `import { assert } from './assert.ts'`,
  'base/assert.ts': `export function assert(): void {}`,
}

function check(planted: Readonly<Record<string, string>> = {}) {
  const files = Object.entries({ ...SOUND, ...planted })
  return checkLayers(new Map(files.map(([path, text]) => [`backend/src/${path}`, text])))
}

function place({ rule, file, line }: { rule: string; file: string; line: number }): string {
  return `${rule} ${file.replace('backend/src/', '')}:${line}`
}

test('a backend that keeps the rules has no findings', () => {
  expect(check()).toEqual([])
})

test.each([
  [
    'a lower floor imports a higher one',
    'query/plan/read.ts',
    `\nimport { s } from '../../server.ts'`,
    'floors',
  ],
  [
    'a capability imports a query room',
    'capabilities/cache/cache.ts',
    `\nimport { planRead } from '../../query/plan/index.ts'`,
    'floors',
  ],
  [
    'a command builds a plan itself',
    'cli/serve.ts',
    `\nimport { planRead } from '../query/plan/index.ts'`,
    'floors',
  ],
  [
    'the catalog imports the plan',
    'query/catalog/types.ts',
    `\nimport type { P } from '../plan/index.ts'`,
    'query-order',
  ],
  [
    'a room of query is not in the order',
    'query/router/router.ts',
    `\nimport { p } from '../plan/index.ts'`,
    'query-order',
  ],
  [
    'a room of api imports another',
    'api/http/http.ts',
    `\nexport { rest } from '../rest/index.ts'`,
    'api-rooms',
  ],
  [
    'a capability imports another',
    'capabilities/cache/cache.ts',
    `\nimport { createPool } from '../pool/index.ts'`,
    'capabilities-apart',
  ],
  [
    'an import reaches past a face',
    'query/plan/read.ts',
    `\nimport { Catalog } from '../catalog/types.ts'`,
    'through-the-face',
  ],
  [
    'a room imports its own index',
    'base/sql.ts',
    `\nimport { assert } from './index.ts'`,
    'own-face',
  ],
  [
    'a type is taken with import()',
    'capabilities/cache/cache.ts',
    `\ntype Pool = import('../pool/index.ts').Pool`,
    'capabilities-apart',
  ],
  [
    'a module is loaded late',
    'capabilities/cache/cache.ts',
    `\nconst pool = await import('../pool/index.ts')`,
    'capabilities-apart',
  ],
  [
    'a module is required',
    'capabilities/cache/cache.ts',
    `\nconst pg = require('pg')`,
    'package-home',
  ],
  ['a package leaves its home', 'query/catalog/types.ts', `\nimport pg from 'pg'`, 'package-home'],
  [
    'a sub-path of a package leaves its home',
    'query/catalog/types.ts',
    `\nimport utils from 'pg/lib/utils'`,
    'package-home',
  ],
  [
    'a scoped package leaves its home',
    'api/rest/rest.ts',
    `\nimport cors from '@fastify/cors'`,
    'package-home',
  ],
  [
    'more than types leaves api/http',
    'api/rest/rest.ts',
    `\nimport fastify, { type FastifyInstance } from 'fastify'`,
    'package-home',
  ],
  [
    'a package has no home',
    'capabilities/cache/cache.ts',
    `\nimport _ from 'lodash'`,
    'package-home',
  ],
  [
    'base imports a builtin module',
    'base/sql.ts',
    `\nimport { readFile } from 'node:fs'`,
    'base-is-pure',
  ],
  ['base imports a package', 'base/sql.ts', `\nimport type { Pool } from 'pg'`, 'base-is-pure'],
  [
    'base imports a room above',
    'base/sql.ts',
    `\nimport { p } from '../capabilities/pool/index.ts'`,
    'base-is-pure',
  ],
  [
    'the product imports test support',
    'query/plan/read.ts',
    `\nimport { d } from '../../../tests/support/database.ts'`,
    'product-only',
  ],
  [
    'the product imports a benchmark',
    'query/plan/read.ts',
    `\nimport { d } from '../../../../benchmarks/run.ts'`,
    'product-only',
  ],
  [
    'a test imports a script',
    'capabilities/pool/pool.test.ts',
    `\n\nimport { d } from '../../../../scripts/x.ts'`,
    'product-only',
  ],
  ['a face holds code', 'query/plan/index.ts', `\nexport const answer = 42`, 'face-shape'],
  ['a face imports', 'query/plan/index.ts', `\nimport './read.ts'`, 'face-shape'],
  [
    'a face shows what another room declares',
    'query/plan/index.ts',
    `\nexport * from '../catalog/index.ts'`,
    'face-shape',
  ],
])('it is found when %s', (_case, file, planted, rule) => {
  const text = `${SOUND[file] ?? ''}${planted}`
  const line = text.split('\n').length
  expect(check({ [file]: text }).map(place)).toContain(`${rule} ${file}:${line}`)
})

test('a face without a comment is found', () => {
  const findings = check({ 'query/plan/index.ts': `export { planRead } from './read.ts'` })
  expect(findings.map(place)).toEqual(['face-shape query/plan/index.ts:1'])
})

test('a room without a face is found once', () => {
  const files = { 'api/openapi/document.ts': 'export {}', 'api/openapi/page.ts': 'export {}' }
  expect(check(files).map(place)).toEqual(['face-shape api/openapi/index.ts:1'])
})

test('a circle of imports is found and told in full', () => {
  const findings = check({ 'base/assert.ts': `\nimport type { Sql } from './sql.ts'` })
  expect(findings.map(place)).toEqual(['no-cycles base/assert.ts:2'])
  expect(findings[0]?.message).toContain('base/sql.ts → base/assert.ts → base/sql.ts')
})

test('a file that is nowhere in the layout is found', () => {
  const planted = { 'helpers/misc.ts': 'export {}', 'api/loose.ts': 'export {}', 'boot.ts': '' }
  expect(check(planted).map(place)).toEqual([
    'known-place helpers/misc.ts:1',
    'known-place api/loose.ts:1',
    'known-place boot.ts:1',
  ])
})

test('a test may use any package, its own face and the shared test support', () => {
  const text = `${SOUND['capabilities/pool/pool.test.ts']}\nimport _ from 'lodash'\nimport { createPool } from './index.ts'`
  expect(check({ 'capabilities/pool/pool.test.ts': text })).toEqual([])
})
