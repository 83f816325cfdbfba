import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { identityOf } from '../../src/cli/embedded/processes.ts'
import { startRedis, type TestRedis } from './redis.ts'

/** Machines may be busy. */
const PATIENCE = { timeout: 10_000 }

const started: TestRedis[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(started.splice(0).map(redis => redis.stop()))
})

async function start(...options: Parameters<typeof startRedis>): Promise<TestRedis> {
  const redis = await startRedis(...options)
  started.push(redis)
  return redis
}

test('each test has a Redis of its own, which forgets on request', async () => {
  const [first, second] = await Promise.all([start(), start()])
  expect(await first.command('set', 'key', '1')).toBe('OK')
  expect(await first.command('get', 'key')).toBe('1')
  expect(await second.command('get', 'key')).toBeNull()
  await first.flush()
  expect(await first.command('get', 'key')).toBeNull()
})

test('a password is in the URL', async () => {
  const redis = await start({ password: 'p@ss:word' })
  expect(new URL(redis.url).password).toBe('p%40ss%3Aword')
  expect(await redis.command('ping')).toBe('PONG')
})

test('a frozen server takes connections and answers only when it thaws', async () => {
  const redis = await start()
  redis.freeze()
  const socket = connect(redis.port, '127.0.0.1')
  await once(socket, 'connect')
  const heard: string[] = []
  socket.setEncoding('utf8').on('data', (text: string) => heard.push(text))
  socket.write('PING\r\n')
  await new Promise(done => setTimeout(done, 50))
  expect(heard).toEqual([])
  redis.thaw()
  await expect.poll(() => heard, PATIENCE).toEqual(['+PONG\r\n'])
  socket.destroy()
})

test('a killed server, frozen or not, comes back empty on its port', async () => {
  const redis = await start()
  await redis.command('set', 'key', '1')
  redis.freeze()
  await redis.kill()
  await expect(redis.command('ping')).rejects.toThrow()
  await redis.restart()
  expect(await redis.command('get', 'key')).toBeNull()
  await redis.stop()
  await redis.stop()
})

test('without redis-server the message says what to install', async () => {
  vi.stubEnv('STIER_TEST_REDIS', '/nowhere/redis-server')
  await expect(startRedis()).rejects.toThrow('apt-get install redis-server')
})

test('a test process that is killed leaves neither the server, even frozen, nor its folder', async () => {
  const module = new URL('./redis.ts', import.meta.url).href
  const script = `
    import { startRedis } from '${module}'
    const redis = await startRedis()
    const text = String(await redis.command('info', 'server'))
    const dir = (await redis.command('config', 'get', 'dir'))[1]
    redis.freeze()
    process.stdout.write(/process_id:(\\d+)/.exec(text)[1] + ' ' + dir)
    setInterval(() => {}, 1000)
  `
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const user = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(user.stdout, 'data')) as [Buffer]
  const [pid = '', folder = ''] = line.toString().split(' ')
  expect(identityOf(Number(pid))).toContain('redis-server')
  user.kill('SIGKILL')
  await expect.poll(() => identityOf(Number(pid)), PATIENCE).toBeUndefined()
  await expect.poll(() => existsSync(folder), PATIENCE).toBe(false)
})
