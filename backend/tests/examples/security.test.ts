import { expect, test } from 'vitest'
import { type Example, runExample } from './example.ts'

async function logIn({ json }: Example, user: string, password: string): Promise<number> {
  const body = JSON.stringify({ user, password })
  const headers = { 'content-type': 'application/json' }
  return (await json('/login', { method: 'POST', headers, body })).status
}

test('a service refuses whoever guesses, and nobody else', async () => {
  const example = await runExample('security/service.mjs', {})
  const statuses: number[] = []
  for (const password of ['wrong', 'wrong', 'wrong', 'a', 'b', 'c', 'd', 'correct horse']) {
    statuses.push(await logIn(example, 'ada', password))
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 403, 403])
  expect(await logIn(example, 'eve', 'battery staple')).toBe(200)
  for (let n = 0; n < 3; n++) expect((await example.json('/export')).status).toBe(200)
  expect((await example.json('/security')).body).toMatchObject({
    alerts: [{ rule: 'exports' }, { rule: 'brute-force', outcome: 'ban' }],
    measures: [{ kind: 'ban', scope: 'login', principal: { user: 'ada' } }],
  })
  expect(example.output.out).toContain('5 different wrong credentials within 60 s (ban)')
  expect(await example.stop()).toBe(0)
})

test('a decoy is touched once', async () => {
  const { json } = await runExample('security/service.mjs', {})
  const refused = await json('/admin.php')
  expect(refused.status).toBe(403)
  expect(refused.headers.get('retry-after')).toBe('600')
  expect((await json('/export')).body).toMatchObject({ status: 403, code: 'ST430' })
})
