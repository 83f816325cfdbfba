import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../../../tests/support/fake-clock.ts'
import { temporaryFolder } from '../../../../../tests/support/folder.ts'
import { systemClock } from '../../../../base/index.ts'
import { takeSeat } from './seat.ts'

/** The number of a process that was. */
async function goneProcess(): Promise<number> {
  const child = spawn('true')
  await once(child, 'exit')
  return child.pid!
}

function leaveSeat(parent: string, number: number, owner: object): void {
  const directory = join(parent, `seat-${number}`)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'owner.json'), JSON.stringify(owner))
}

test('each process has a seat of its own, and takes that of one that is gone', async () => {
  const parent = temporaryFolder('seats')
  const taken = [await takeSeat(parent, systemClock), await takeSeat(parent, systemClock)]
  expect(taken.map(({ directory }) => basename(directory))).toEqual(['seat-1', 'seat-2'])
  await taken[0]!.release()
  const third = await takeSeat(parent, systemClock)
  expect(basename(third.directory)).toBe('seat-1')
  await third.release()
  await taken[1]!.release()
  leaveSeat(parent, 1, { pid: await goneProcess(), host: hostname(), token: 'a' })
  leaveSeat(parent, 2, { pid: process.pid, host: hostname(), token: 'of an earlier life' })
  const seats = await Promise.all([takeSeat(parent, systemClock), takeSeat(parent, systemClock)])
  expect(seats.map(({ directory }) => basename(directory)).sort()).toEqual(['seat-1', 'seat-2'])
  await Promise.all(seats.map(seat => seat.release()))
})

test('one of another machine is gone when it has not shown itself for a while; what it left is worked on', async () => {
  const parent = temporaryFolder('seats')
  leaveSeat(parent, 1, { pid: 1, host: 'elsewhere', token: 'a' })
  const clock = fakeClock()
  clock.advance(Date.now())
  const seat = await takeSeat(parent, clock)
  expect(basename(seat.directory)).toBe('seat-2')
  const orphans: string[] = []
  const look = () =>
    seat.withOrphans(directory => Promise.resolve(void orphans.push(basename(directory))))
  await look()
  expect(orphans).toEqual([])
  clock.advance(130_000)
  await Promise.all([look(), look()])
  expect(orphans).toEqual(['seat-1'])
  await seat.release()
})
