import { readFile } from 'node:fs/promises'
import { signToken } from '../api/http/index.ts'
import { option } from '../base/index.ts'
import type { Config } from '../config.ts'
import { type Arguments, type Command, valueOf } from './command.ts'
import { DIRECTORY_FLAG, dataDirectory, secretPath } from './development-secret.ts'
import { EXIT } from './failure.ts'
import { readSettings } from './settings.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

/** Signs a token for development and tests. */
export const token: Command = {
  name: 'token',
  usage: '--role name [--claim k=v]… [--expires 1h]',
  summary: 'Sign a token with the configured secret.',
  flags: [
    { name: '--role', value: 'name', summary: 'The database role. Required.' },
    {
      name: '--claim',
      value: 'k=v',
      summary: 'A further claim; the value is JSON when it can be. May be repeated.',
    },
    {
      name: '--expires',
      value: 'time',
      summary: 'How long it is valid: 30s, 5min, 1h, 7d. Default: without end.',
    },
    {
      name: '--secret',
      value: 'secret',
      summary: 'As jwt.secret. Default: that option, otherwise the secret of s-tier dev.',
    },
    DIRECTORY_FLAG,
  ],
  takesOptions: false,
  positionalsMax: 0,
  examples: ['s-tier token --role authenticated --claim customer_id=20 --expires 1h'],

  async run(given: Arguments, world: World): Promise<number> {
    const role = valueOf(given, '--role')
    if (role === undefined)
      throw new UsageError('s-tier token needs a role', 'Add: --role authenticated')
    const claims = {
      role,
      ...Object.fromEntries((given.flags.get('--claim') ?? []).map(readClaim)),
      ...validity(valueOf(given, '--expires'), world.clock.epochMs()),
    }
    world.out(`${signToken(claims, await jwtSettings(given, world))}\n`)
    return EXIT.ok
  },
}

function readClaim(text: string): readonly [name: string, value: unknown] {
  const at = text.indexOf('=')
  if (at < 1)
    throw new UsageError(
      `--claim must be name=value, not '${text}'`,
      'For example: --claim customer_id=20',
    )
  const value = text.slice(at + 1)
  try {
    return [text.slice(0, at), JSON.parse(value)]
  } catch {
    return [text.slice(0, at), value]
  }
}

function validity(expires: string | undefined, epochMs: number): Record<string, number> {
  const iat = Math.floor(epochMs / 1000)
  if (expires === undefined) return { iat }
  const ms = option.millisecondsOf(expires)
  if (ms === undefined)
    throw new UsageError(`--expires must be a time, not '${expires}'`, 'For example: --expires 1h')
  return { iat, exp: iat + Math.floor(ms / 1000) }
}

async function jwtSettings(
  given: Arguments,
  world: World,
): Promise<Pick<Config['jwt'], 'secret' | 'secretIsBase64'>> {
  const secret = valueOf(given, '--secret')
  const flags: Record<string, string> = secret === undefined ? {} : { '--jwt-secret': secret }
  const { jwt } = await readSettings(given, world, {
    flags,
    givenBy: { '--jwt-secret': '--secret' },
  })
  if (jwt.secret !== undefined) return jwt
  const kept = await readFile(secretPath(dataDirectory(given, world)), 'utf8').catch(
    () => undefined,
  )
  return { secret: kept?.trim(), secretIsBase64: false }
}
