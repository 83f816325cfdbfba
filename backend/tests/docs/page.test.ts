import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { browserPath, openBrowser, openPage } from '../support/browser.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

const SCHEMA = `
  create schema reporting;
  create table films (id int primary key, title text not null);
  create table secrets (id int primary key);
  create view reporting.counts as select count(*) as films from films;
  insert into films values (1, 'Metropolis'), (2, 'Sunrise');
  grant usage on schema public, reporting to anon, authenticated;
  grant select on films, reporting.counts to anon;
  grant select on films, secrets to authenticated;
`

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(SCHEMA)
  server = await startServer(database.authenticatorUrl, {
    '--rest-prefix': '/rest/v1',
    '--database-schemas': 'public,reporting',
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

test('the page has a strict policy of its own: nothing inline, nothing from elsewhere', async () => {
  const { status, headers, body } = await server.get('/docs')
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(body).not.toMatch(/https?:|<style|style=|<script>|\son\w+=/)
})

test('its files answer 304 to those who have them, compressed or not', async () => {
  const plain = await server.get('/docs/swagger-ui-bundle.js')
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(plain.headers['cache-control']).toBe('no-cache')
  const headers = { 'accept-encoding': 'br, gzip' }
  const gzipped = await server.get('/docs/swagger-ui-bundle.js', { headers })
  expect(gzipped.headers).toMatchObject({
    'content-encoding': 'gzip',
    vary: expect.stringContaining('Accept-Encoding'),
  })
  expect(Number(gzipped.headers['content-length'])).toBeLessThan(
    Number(plain.headers['content-length']) / 2,
  )
  expect(gzipped.headers['etag']).not.toBe(plain.headers['etag'])
  const again = { ...headers, 'if-none-match': String(gzipped.headers['etag']) }
  expect(await server.get('/docs/swagger-ui-bundle.js', { headers: again })).toMatchObject({
    status: 304,
    body: '',
  })
  const wrong = { 'if-none-match': String(gzipped.headers['etag']) }
  expect((await server.get('/docs/page.js', { headers: wrong })).status).toBe(200)
})

test.each(['/docs/nothing.js', '/docs/', '/docs/../package.json', '/docs/__proto__'])(
  'there is no %s',
  async path => {
    expect((await server.get(path)).status).toBe(404)
  },
)

test('only what is read: a POST to it is no path', async () => {
  expect((await server.get('/docs', { method: 'POST' })).status).toBe(404)
  expect(await server.get('/docs', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
})

test.each([{ '--openapi-docs': 'false' }, { '--openapi-mode': 'disabled' }])(
  'with %j there is none',
  async flags => {
    const without = await startServer(database.authenticatorUrl, {
      '--rest-prefix': '/api',
      ...flags,
    })
    expect((await without.get('/docs')).status).toBe(404)
    expect((await without.get('/docs/page.js')).status).toBe(404)
    await without.stop()
  },
)

test('where the API begins at the root, a relation called docs comes first', async () => {
  const other = await createDatabase(SCHEMA)
  const atRoot = await startServer(other.authenticatorUrl)
  expect((await atRoot.get('/docs')).headers['content-type']).toContain('text/html')
  await other.query('create table docs (id int); grant select on docs to anon')
  await atRoot.server.reload()
  expect(await atRoot.get('/docs?select=id')).toMatchObject({ status: 200, body: '[]' })
  await atRoot.stop()
  await other.drop()
})

test('an API behind another address may be asked from the page', async () => {
  const proxied = await startServer(database.authenticatorUrl, {
    '--openapi-server-url': 'https://api.example/rest/v1',
  })
  const { headers } = await proxied.get('/docs')
  expect(headers['content-security-policy']).toContain("connect-src 'self' https://api.example; ")
  await proxied.stop()
})

describe.skipIf(browserPath === undefined)('in a browser that reaches no other machine', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser(browserPath!)
  })
  afterAll(() => browser.close())

  test('it shows the document, and tries a request, without any complaint', async () => {
    const { page, complaints, origins } = await openPage(browser)
    await page.goto(`${server.address}/docs`)
    await page.locator('.opblock-tag', { hasText: 'films' }).click()
    await page.locator('.opblock-get').first().click()
    await page.getByRole('button', { name: 'Execute' }).click()
    const answer = page.locator('.live-responses-table')
    await answer.getByText('Metropolis').first().waitFor()
    expect(await answer.locator('.response .response-col_status').first().innerText()).toMatch(
      /^20[06]/,
    )
    await page.locator('.request-snippets').getByText('supabase-js').click()
    expect(await page.locator('.request-snippets').innerText()).toContain(".from('films')")
    expect(complaints).toEqual([])
    expect([...origins]).toEqual([server.address])
    await page.close()
  })

  test('with a token it shows what the role of the token may use', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(`${server.address}/docs`)
    await page.locator('.opblock-tag').first().waitFor()
    expect(await page.locator('.opblock-tag').allInnerTexts()).toEqual(['films'])
    await page.getByRole('button', { name: 'Authorize' }).click()
    const [, token = ''] = as('authenticated').authorization.split(' ')
    await page.locator('.auth-container input').fill(token)
    await page.locator('.auth-btn-wrapper button', { hasText: 'Authorize' }).click()
    await page.locator('.opblock-tag', { hasText: 'secrets' }).waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Close' }).click()
    await page.locator('.opblock-tag', { hasText: 'secrets' }).click()
    await page.locator('.opblock-get').first().click()
    await page.getByRole('button', { name: 'Execute' }).click()
    await page.locator('.live-responses-table .response .response-col_status').first().waitFor()
    expect(await page.locator('.curl, .request-snippets').first().innerText()).toContain('Bearer')
    expect(complaints).toEqual([])
    await page.close()
  })

  test('a refused token is told why, and leaves the box to give another', async () => {
    const { page } = await openPage(browser)
    await page.goto(`${server.address}/docs`)
    await page.locator('.opblock-tag', { hasText: 'films' }).waitFor()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.locator('.auth-container input').fill('wrong')
    await page.locator('.auth-btn-wrapper button', { hasText: 'Authorize' }).click()
    await page.getByText('No document').waitFor()
    expect(await page.locator('.info').innerText()).toMatch(/The server answers 401 PGRST301: /)
    await page.locator('.auth-btn-wrapper button', { hasText: 'Logout' }).click()
    await page.locator('.opblock-tag', { hasText: 'films' }).waitFor({ state: 'attached' })
    const [, token = ''] = as('authenticated').authorization.split(' ')
    await page.locator('.auth-container input').fill(token)
    await page.locator('.auth-btn-wrapper button', { hasText: 'Authorize' }).click()
    await page.locator('.opblock-tag', { hasText: 'secrets' }).waitFor({ state: 'attached' })
    await page.close()
  })

  test('it is dark where the system is', async () => {
    const { page, complaints } = await openPage(browser)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto(`${server.address}/docs`)
    await page.locator('.opblock-tag').first().waitFor()
    await page.locator('html.dark-mode').waitFor()
    await page.emulateMedia({ colorScheme: 'light' })
    await page.locator('html:not(.dark-mode)').waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  test('what an operation refers to is looked up: filters, headers, and the members of rows', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(`${server.address}/docs`)
    await page.locator('.opblock-tag', { hasText: 'films' }).click()
    await page.locator('.opblock-get').first().click()
    const operation = page.locator('.opblock-get').first()
    await operation.locator('[data-param-name="title"]').first().waitFor()
    await operation.getByText('Content-Range').first().waitFor()
    await operation.locator('.responses-table').getByText('"title"').first().waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  test('?schema= shows another schema', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(`${server.address}/docs?schema=reporting`)
    await page.locator('.opblock-tag', { hasText: 'counts' }).waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })
})
