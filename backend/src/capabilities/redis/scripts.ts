import { createHash } from 'node:crypto'
import type { Redis as Client } from 'ioredis'
import { SCRIPTS_MAX } from './options.ts'

type Argument = string | number | Buffer

/**
 * Runs Lua by the digest of its text, which is all that is sent as long as Redis has the script; where it has not (a new server, SCRIPT
 * FLUSH), the text follows. Redis: EVALSHA.
 */
export function createScripts(): (
  client: Client,
  script: string,
  keys: readonly string[],
  args: readonly Argument[],
) => Promise<unknown> {
  const digests = new Map<string, string>()

  function digestOf(script: string): string {
    const known = digests.get(script)
    if (known !== undefined) return known
    if (digests.size >= SCRIPTS_MAX) digests.clear()
    const digest = createHash('sha1').update(script).digest('hex')
    digests.set(script, digest)
    return digest
  }

  return async (client, script, keys, args) => {
    try {
      return await client.evalsha(digestOf(script), keys.length, ...keys, ...args)
    } catch (error) {
      const isUnknown = error instanceof Error && error.message.startsWith('NOSCRIPT')
      if (!isUnknown) throw error
      return client.eval(script, keys.length, ...keys, ...args)
    }
  }
}
