import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endsWithin, identityFromPs, identityOf, signal } from './processes.ts'

test('a running process has an identity that stays', () => {
  expect(identityOf(process.pid)).toContain('node')
  expect(identityOf(process.pid)).toBe(identityOf(process.pid))
  expect(identityFromPs(process.pid)).toContain('node')
})

test('what does not run has none', async () => {
  const child = spawn('true')
  await once(child, 'exit')
  for (const pid of [child.pid ?? 0, 0, -1, Number.NaN]) expect(identityOf(pid)).toBeUndefined()
  expect(identityFromPs(child.pid ?? 0)).toBeUndefined()
})

test('a process is waited for until it ends, or until the time is over', async () => {
  const child = spawn('sleep', ['60'])
  const pid = child.pid ?? 0
  expect(await endsWithin(pid, 1)).toBe(false)
  signal(pid, 'SIGKILL')
  expect(await endsWithin(pid, 10_000)).toBe(true)
})

test('a signal to a process that is gone, or to none, does nothing', async () => {
  const child = spawn('true')
  await once(child, 'exit')
  signal(child.pid ?? 0, 'SIGTERM')
  signal(0, 'SIGTERM')
  expect(() => signal(process.pid, 'SIGNONE' as NodeJS.Signals)).toThrow('SIGNONE')
})
