import { nearest } from '../base/index.ts'
import { parseArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { dev } from './dev.ts'
import { doctor } from './doctor.ts'
import { failover } from './failover.ts'
import { EXIT, failureOf, failureText } from './failure.ts'
import { commandHelp, optionsHelp, overview } from './help.ts'
import { idempotency } from './idempotency.ts'
import { limits } from './limits.ts'
import { explainCache } from './explain-cache.ts'
import { journal } from './journal.ts'
import { openapi } from './openapi.ts'
import { security } from './security.ts'
import { serve } from './serve.ts'
import { streams } from './streams.ts'
import { token } from './token.ts'
import { types } from './types.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

const COMMANDS: readonly Command[] = [
  serve,
  dev,
  token,
  types,
  openapi,
  idempotency,
  limits,
  journal,
  explainCache,
  streams,
  failover,
  doctor,
  security,
]

/** Runs what the arguments (without node and script) say. Resolves to the exit code; every failure is told on `err`. */
export async function runCommandLine(argv: readonly string[], world: World): Promise<number> {
  try {
    return await run(argv, world)
  } catch (error) {
    world.err(failureText(error, isDebugging(argv, world)))
    return failureOf(error).exitCode
  }
}

async function run([first = 'help', ...rest]: readonly string[], world: World): Promise<number> {
  if (['--version', '-V', 'version'].includes(first)) return say(`${world.version}\n`, world)
  if (['--help', '-h', 'help'].includes(first)) return help(rest[0], world)
  const command = findCommand(first)
  const given = parseArguments(rest, command)
  if (given.flags.has('--help')) return help(first, world)
  return command.run(given, world)
}

function help(topic: string | undefined, world: World): number {
  if (topic === undefined) return say(overview(COMMANDS, world.version), world)
  if (topic === 'options') return say(optionsHelp(), world)
  return say(commandHelp(findCommand(topic)), world)
}

function say(text: string, world: World): number {
  world.out(text)
  return EXIT.ok
}

function findCommand(name: string): Command {
  const command = COMMANDS.find(each => each.name === name)
  if (command !== undefined) return command
  if (/^postgres(?:ql)?:/.test(name)) {
    throw new UsageError(
      'A database URL is no command',
      'Perhaps you meant: s-tier serve postgres://…',
    )
  }
  const similar = nearest(name, [...COMMANDS.map(each => each.name), 'help', 'version'])
  const hint = similar === undefined ? 'See s-tier --help.' : `Perhaps you meant: s-tier ${similar}`
  throw new UsageError(`There is no command '${name}'`, hint)
}

/** A stack trace is for those who asked for it, also when the configuration itself could not be read. */
function isDebugging(argv: readonly string[], { environment }: World): boolean {
  const joined = argv.join(' ')
  return /--log-level[= ]debug\b/.test(joined) || environment['STIER_LOG_LEVEL'] === 'debug'
}
