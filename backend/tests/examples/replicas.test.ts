import { expect, onTestFinished, test } from 'vitest'
import { startReplicated } from '../support/replicated.ts'
import { PATIENCE, runExample } from './example.ts'

test('a service reads on a replica, sees its own writes there, and survives the loss of its primary', async () => {
  const cluster = await startReplicated({ standbys: 2 })
  onTestFinished(() => cluster.stop())
  const { primary, standbys, nodes } = cluster
  await primary.query(`
    create table notes (id int generated always as identity primary key, text text);
    grant select, insert on notes to authenticator`)
  const lsn = await primary.lsn()
  await Promise.all(standbys.map(standby => standby.caughtUp(lsn)))
  const { json, stop, output } = await runExample('replicas/service.mjs', {
    DATABASE_URLS: nodes.map(({ authenticatorUrl }) => authenticatorUrl).join(','),
  })
  const places = standbys.map(({ port }) => `127.0.0.1:${port}`)
  const write = (text: string) =>
    json('/notes', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    })

  expect(places).toContain((await json('/notes')).headers.get('x-node'))
  for (let round = 0; round < 20; round++) {
    const { status, headers } = await write(`note ${round}`)
    expect(status).toBe(201)
    const token = headers.get('s-tier-consistency') ?? ''
    const { body } = await json('/notes', { headers: { 's-tier-consistency': token } })
    expect(body).toHaveLength(round + 1)
  }

  await primary.kill()
  const next = await cluster.mostAdvanced()
  await next.promote()
  const statusOfWrite = async () => (await write('after')).status
  await expect.poll(statusOfWrite, PATIENCE).toBe(201)
  expect((await json('/notes')).status).toBe(200)
  expect(output.out).toContain(`"to":"127.0.0.1:${next.port}"`)
  expect(await stop()).toBe(0)
})
