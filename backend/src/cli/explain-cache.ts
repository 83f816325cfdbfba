import type { ExplainedRequest } from '../api/rest/index.ts'
import { type Config, readConfig } from '../config.ts'
import { type Arguments, type Command, valueOf } from './command.ts'
import { DatabaseMissingError } from './database-missing.ts'
import { explanationText } from './explanation-text.ts'
import { EXIT } from './failure.ts'
import { readSources } from './settings.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

const NAME = 'explain-cache'

/** Says what the cache does with a request, and why, without sending it. */
export const explainCache: Command = {
  name: NAME,
  usage: 'URL [postgres://…] [--role name] [--claims json]',
  summary: 'Say whether the answer to a request is kept, why not, and which changes make it old.',
  flags: [
    { name: '--role', value: 'name', summary: 'Who asks. Default: database.anonRole.' },
    { name: '--claims', value: 'json', summary: 'What the token says, such as {"sub":"7"}.' },
    { name: '--method', value: 'name', summary: 'Default: GET.' },
    { name: '--accept', value: 'type', summary: 'The header Accept. Default: application/json.' },
    {
      name: '--header',
      value: 'name: value',
      summary: 'Another header, such as Prefer: count=exact. May be repeated.',
    },
    { name: '--json', summary: 'Print it as JSON.' },
  ],
  takesOptions: true,
  positionalsMax: 2,
  examples: [
    "s-tier explain-cache '/products?select=name&price=lt.20' postgres://user:password@host/database --role anon",
    `s-tier explain-cache 'http://localhost:3000/rest/v1/orders?limit=5' --role authenticated --claims '{"sub":"7"}'`,
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const [url, place] = urlsIn(given.positionals)
    const sources = await readSources(given, world, {
      ...(place !== undefined && { flags: { '--database-url': place } }),
      givenBy: { '--database-url': 'the argument of s-tier explain-cache' },
    })
    const { clock } = world
    if (readConfig(sources).database.url === undefined) throw new DatabaseMissingError(NAME)
    const { explainServed } = await import('../database.ts') // Other commands do without a driver.
    const explanation = await explainServed({
      configure: database => readConfig({ ...sources, database }),
      clock,
      request: config => requestOf(url, given, config),
    })
    const isJson = given.flags.has('--json')
    world.out(isJson ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation))
    return EXIT.ok
  },
}

function requestOf(url: string, given: Arguments, { database, rest }: Config): ExplainedRequest {
  const role = valueOf(given, '--role') ?? database.anonRole
  if (role === undefined) {
    const hint = 'Say --role name, or set database.anonRole.'
    throw new UsageError('Nothing says as which role the request is asked', hint)
  }
  const claims = { ...claimsIn(valueOf(given, '--claims')), role }
  return {
    method: (valueOf(given, '--method') ?? 'GET').toUpperCase(),
    url: belowPrefix(url, rest.prefix),
    headers: headersIn(given),
    identity: { role, claims, claimsText: JSON.stringify(claims), anonymous: false },
  }
}

/** In either order, for nobody confuses them. */
function urlsIn(positionals: readonly string[]): readonly [url: string, place: string | undefined] {
  const isPlace = (word: string) => /^postgres(?:ql)?:\/\//.test(word)
  const [url, ...more] = positionals.filter(word => !isPlace(word))
  const hint = "For example: s-tier explain-cache '/products?limit=10' postgres://…"
  if (url === undefined)
    throw new UsageError('s-tier explain-cache needs the URL of a request', hint)
  if (more[0] !== undefined) {
    throw new UsageError(`s-tier explain-cache does not know what to do with '${more[0]}'`, hint)
  }
  return [url, positionals.find(isPlace)]
}

/** As people write it: `products?limit=1`, `/products?limit=1`, with the prefix, or a whole URL. */
function belowPrefix(url: string, prefix: string): string {
  const path = url.replace(/^https?:\/\/[^/?]*/i, '')
  const rooted = path.startsWith('/') ? path : `/${path}`
  if (prefix === '/' || rooted === prefix || rooted.startsWith(`${prefix}/`)) return rooted
  return `${prefix}${rooted}`
}

function claimsIn(text: string | undefined): object {
  if (text === undefined) return {}
  try {
    const claims: unknown = JSON.parse(text)
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims
  } catch {
    // Told below, like JSON that is no object.
  }
  throw new UsageError(
    '--claims takes a JSON object',
    `For example: --claims '{"sub":"7","org":"acme"}'`,
  )
}

function headersIn(given: Arguments): Record<string, string> {
  const accept = valueOf(given, '--accept')
  const others = (given.flags.get('--header') ?? []).map(headerIn)
  return { ...(accept !== undefined && { accept }), ...Object.fromEntries(others) }
}

function headerIn(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return [name.toLowerCase(), value.trim()]
  throw new UsageError(`'${text}' is no header`, "For example: --header 'Prefer: count=exact'")
}
