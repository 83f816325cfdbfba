import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../../tests/support/folder.ts'
import { RotatingFile, type RotatingFileSetup } from './rotating-file.ts'

function setupIn(folder: string, parts: Partial<RotatingFileSetup> = {}): RotatingFileSetup {
  const onError = (error: unknown) => expect.unreachable(String(error))
  const path = join(folder, 'lines')
  return { path, bytesMax: 100, filesMax: 3, isDurable: false, onError, ...parts }
}

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1)

test('files are bounded in size and number, and the order stays', async () => {
  const folder = temporaryFolder('lines')
  const file = await RotatingFile.open(setupIn(folder))
  for (let index = 0; index < 100; index++) {
    file.append(`line ${index}`)
    await file.flush()
  }
  await file.close()
  expect(readdirSync(folder).sort()).toEqual(['lines', 'lines.1', 'lines.2'])
  const all = ['lines.2', 'lines.1', 'lines'].flatMap(name => linesOf(join(folder, name)))
  expect(all).toEqual(all.map((_, index) => `line ${100 - all.length + index}`))
  expect(all.length).toBeGreaterThan(20)
})

test('it goes on after the last whole line, also where the last one was cut off or is in the file before', async () => {
  const folder = temporaryFolder('lines')
  const setup = setupIn(folder, { bytesMax: 1_000_000 })
  const long = 'x'.repeat(200_000)
  const first = await RotatingFile.open(setup)
  expect(first.lastLine).toBeUndefined()
  for (const line of ['one', long]) first.append(line)
  await first.close()
  appendFileSync(setup.path, 'cut o')
  const second = await RotatingFile.open(setup)
  expect(second.lastLine).toBe(long)
  second.append('three')
  await second.close()
  expect(linesOf(setup.path)).toEqual(['one', long, 'three'])
  const third = await RotatingFile.open({ ...setup, bytesMax: 10 })
  third.append('four and more')
  await third.close()
  const fourth = await RotatingFile.open(setup)
  expect(fourth.lastLine).toBe('four and more')
  await fourth.close()
})
