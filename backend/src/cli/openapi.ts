import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  changeReport,
  compareDocuments,
  describe,
  isDocument,
  type Part,
} from '../api/openapi/index.ts'
import { nearest } from '../base/index.ts'
import { type Arguments, type Command, valueOf } from './command.ts'
import { readDescribed, SCHEMA_FLAG } from './described-database.ts'
import { DocumentError } from './document-error.ts'
import { EXIT } from './failure.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

/** Prints the OpenAPI document of a database, or tells what changed since an older one. */
export const openapi: Command = {
  name: 'openapi',
  usage: '[postgres://…] | diff OLD [NEW | postgres://…]',
  summary: 'Print the OpenAPI document, or compare two: exits 1 when a change breaks clients.',
  flags: [
    { name: '--role', value: 'name', summary: 'What this role may use. Default: all there is.' },
    SCHEMA_FLAG,
    {
      name: '--token',
      value: 'jwt',
      summary: 'With diff: asks a running server with this token. Default: without one.',
    },
    { name: '--json', summary: 'With diff: print the changes as JSON.' },
  ],
  takesOptions: true,
  positionalsMax: 3,
  examples: [
    's-tier openapi postgres://user:password@host/database --role anon > openapi.json',
    's-tier openapi diff openapi.json postgres://user:password@host/database --role anon',
    's-tier openapi diff https://api.example.com/openapi.json openapi.json --json',
  ],

  async run(given: Arguments, world: World): Promise<number> {
    const [first, ...rest] = given.positionals
    if (first === 'diff') return diff(rest, given, world)
    if (rest[0] !== undefined) {
      const hint = 'Give the URL of one database, or: s-tier openapi diff OLD NEW'
      throw new UsageError(`s-tier openapi does not know what to do with '${rest[0]}'`, hint)
    }
    world.out(`${JSON.stringify(await describeDatabase(first, given, world), null, 2)}\n`)
    return EXIT.ok
  },
}

async function diff(
  [oldPlace, newPlace]: readonly string[],
  given: Arguments,
  world: World,
): Promise<number> {
  if (oldPlace === undefined) {
    throw new UsageError(
      's-tier openapi diff needs an older document',
      'For example: s-tier openapi diff openapi.json postgres://…',
    )
  }
  const older = await documentAt(oldPlace, given, world)
  const newer = await documentAt(newPlace, given, world)
  const changes = compareDocuments(older, newer)
  const isJson = given.flags.has('--json')
  world.out(isJson ? `${JSON.stringify(changes, null, 2)}\n` : changeReport(changes))
  return changes.some(change => change.breaking) ? EXIT.breaking : EXIT.ok
}

/** The document of a database, of a server, or in a file. Without a place: of the configured database. */
async function documentAt(
  place: string | undefined,
  given: Arguments,
  world: World,
): Promise<Part> {
  if (place === undefined || /^postgres(?:ql)?:/.test(place)) {
    return JSON.parse(JSON.stringify(await describeDatabase(place, given, world))) as Part
  }
  const document = parse(place, await readText(place, valueOf(given, '--token'), world))
  if (!isDocument(document)) {
    throw new DocumentError(
      place,
      'is no OpenAPI 3 document',
      'Make one: s-tier openapi postgres://…',
    )
  }
  return document
}

async function readText(
  place: string,
  token: string | undefined,
  { directory }: World,
): Promise<string> {
  try {
    if (!/^https?:/.test(place)) return await readFile(resolve(directory, place), 'utf8')
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(place, {
      headers: { accept: 'application/json', ...authorization },
    })
    if (response.ok) return await response.text()
    throw new Error(`the server answers ${response.status}`)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DocumentError(place, `cannot be read: ${reason}`, undefined, cause)
  }
}

function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DocumentError(place, 'is not JSON', undefined, cause)
  }
}

async function describeDatabase(
  url: string | undefined,
  given: Arguments,
  world: World,
): Promise<ReturnType<typeof describe>> {
  const config = await readDescribed('openapi', url, given, world)
  const { readDescription } = await import('../database.ts') // Other commands do without a driver.
  const { catalog, isCached } = await readDescription(config, world.clock)
  const role = valueOf(given, '--role')
  if (role !== undefined) checkRole(role, catalog)
  return describe(catalog, role, {
    schema: catalog.schemas[0] ?? '',
    serverUrl: config.openapi.serverUrl ?? config.rest.prefix,
    anonymous: config.database.anonRole !== undefined,
    plans: config.database.planEnabled,
    caching: isCached,
    limits: config.limits.enabled && config.limits.headers,
    version: world.version,
  })
}

/** A misspelt role would have a document too: that of somebody without any right. */
function checkRole(
  role: string,
  { roles, memberships, superusers }: Parameters<typeof describe>[0],
): void {
  const known = new Set([...roles.keys(), ...memberships.keys(), ...superusers])
  if (known.has(role)) return
  const similar = nearest(role, known)
  const hint = similar === undefined ? 'See \\du in psql.' : `Perhaps you meant '${similar}'.`
  throw new UsageError(`There is no role '${role}'`, hint)
}
