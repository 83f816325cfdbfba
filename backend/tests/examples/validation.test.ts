import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { runExample } from './example.ts'

test('a service says all that is wrong, and goes on as it was', async () => {
  const example = await runExample('validation/service.mjs', {})
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    example.json(path, {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body)),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const good = '[{"product": "=1+1", "quantity": 2, "price": "12.50"}]'
  expect((await post('/orders', good)).body).toEqual({ taken: 1 })

  const wrong = await post('/orders', '[{"prodct": "tent", "quantity": "2"}]')
  expect(wrong).toMatchObject({ status: 422, body: { code: 'ST420' } })
  const { errors } = wrong.body as { errors: { pointer: string }[] }
  expect(errors.map(({ pointer }) => pointer)).toEqual(['/0/product', '/0/prodct', '/0/quantity'])

  const bombs: [body: string | Buffer, status: number, headers?: Record<string, string>][] = [
    ['['.repeat(100_000), 413],
    [gzipSync(Buffer.alloc(20_000_000)), 413, { 'content-encoding': 'gzip' }],
    ['[{"__proto__": {"product": "x"}}]', 400],
    ['[{"product": "a", "product": "b"}]', 400],
  ]
  for (const [body, status, headers] of bombs) {
    expect((await post('/orders', body, headers)).status).toBe(status)
  }

  const comment = JSON.stringify({
    text: '*Hi* <script>alert(1)</script>',
    website: 'javascript:alert(1)',
  })
  expect((await post('/comments', comment)).body).toEqual({
    text: '*Hi* &lt;script>alert(1)&lt;/script>',
    website: '',
  })
  expect((await example.json('/orders?limit=1')).body).toHaveLength(1)
  expect((await example.json('/orders?limit=ten')).status).toBe(400)
  const csv = await fetch(`${example.address}/orders.csv`)
  expect(await csv.text()).toBe("product,quantity\r\n'=1+1,2\r\n")
  expect(example.output.out).toContain('A comment looks like an attack: xss')
  expect(await example.stop()).toBe(0)
})
