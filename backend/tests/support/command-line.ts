import { expect } from 'vitest'
import { systemClock } from '../../src/base/index.ts'
import { runCommandLine } from '../../src/cli/commands.ts'
import type { World } from '../../src/cli/world.ts'

/** A world in which nothing is served and no database is started; `said` and `complained` are what came out. */
export interface TestWorld extends World {
  readonly said: string[]
  readonly complained: string[]
}

export function testWorld(parts: Partial<World> = {}): TestWorld {
  const said: string[] = []
  const complained: string[] = []
  return {
    out: text => void said.push(text),
    err: text => void complained.push(text),
    environment: {},
    directory: '/',
    isTerminal: false,
    clock: systemClock,
    signals: { on: () => undefined },
    exit: () => undefined,
    version: '1.2.3',
    loadServer: () => expect.unreachable('nothing is served'),
    startDevDatabase: () => expect.unreachable('no database is started'),
    said,
    complained,
    ...parts,
  }
}

/** Runs `s-tier …` and tells its exit code and what it said on either output. */
export async function runApart(argv: readonly string[], parts: Partial<World> = {}) {
  const world = testWorld(parts)
  const code = await runCommandLine(argv, world)
  return { code, text: world.said.join(''), problem: world.complained.join('') }
}

/** For the tests of one command: runs it with these arguments and tells its exit code and all that it said, in order. */
export function runnerOf(command: string) {
  return async (argv: readonly string[], environment: World['environment'] = {}) => {
    const said: string[] = []
    const say = (text: string) => void said.push(text)
    const code = await runCommandLine(
      [command, ...argv],
      testWorld({ environment, out: say, err: say }),
    )
    return { code, text: said.join('') }
  }
}
