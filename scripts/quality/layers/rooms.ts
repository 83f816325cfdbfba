/** The floors of `backend/src`, from the top. Imports go down only. */
export const FLOORS = [
  'main',
  'cli',
  'index',
  'server',
  'caching',
  'guarding',
  'database',
  'config',
  'observations',
  'postgrest',
  'api',
  'query',
  'capabilities',
  'base',
] as const
export type Floor = (typeof FLOORS)[number]

/** Where a file lives. A room is a folder with a face (`index.ts`), or a single file on one of the upper floors. */
export interface Place {
  readonly floor: Floor
  /** From `backend/src`: `query/plan`, `base`, `cli`; for a single file its name without `.ts`. */
  readonly room: string
  /** The room's face, from the repository's root. For a single file: the file itself. */
  readonly face: string
}

export const SOURCE_ROOT = 'backend/src/'

/**
 * The floors that each floor may import from, besides its own room. The upper floors are few and named one by one:
 * `config` gathers options and `observations` gathers events, so neither needs the other, nor a front end.
 */
export const REACH: Readonly<Record<Floor, readonly Floor[]>> = {
  main: ['cli', 'server', 'config', 'observations', 'api', 'query', 'capabilities', 'base'],
  cli: ['server', 'database', 'config', 'observations', 'postgrest', 'api', 'capabilities', 'base'],
  index: ['server', 'config', 'observations', 'api', 'query', 'capabilities', 'base'],
  server: FLOORS.slice(FLOORS.indexOf('caching')), // All below it.
  guarding: ['config', 'observations', 'api', 'query', 'capabilities', 'base'],
  caching: ['config', 'observations', 'api', 'query', 'capabilities', 'base'],
  database: ['config', 'postgrest', 'api', 'query', 'capabilities', 'base'],
  config: ['postgrest', 'api', 'query', 'capabilities', 'base'],
  observations: ['api', 'query', 'capabilities', 'base'],
  postgrest: ['base'],
  api: ['query', 'capabilities', 'base'],
  query: ['capabilities', 'base'],
  capabilities: ['base'],
  base: [],
}

/** In `query`, from the top: each room may import those after it. */
export const QUERY_ORDER: readonly string[] = [
  'query/executor',
  'query/cacheability',
  'query/sql',
  'query/plan',
  'query/catalog',
]

/** The one room of `api` that the others may import: Fastify, identity and errors live there. */
export const API_GROUND = 'api/http'

const SINGLE_FILES: readonly Floor[] = [
  'main',
  'index',
  'server',
  'caching',
  'guarding',
  'database',
  'config',
  'observations',
]
const ONE_ROOM: readonly Floor[] = ['cli', 'postgrest', 'base']
const MANY_ROOMS: readonly Floor[] = ['api', 'query', 'capabilities']

/** The place of a file of `backend/src`; undefined for a file that is nowhere in DESIGN's layout. */
export function placeOf(path: string): Place | undefined {
  if (!path.startsWith(SOURCE_ROOT)) return undefined
  const steps = path.slice(SOURCE_ROOT.length).split('/')
  const [first = '', second = ''] = steps
  if (steps.length === 1) {
    const file = SINGLE_FILES.find(floor => fileNames(floor).includes(first))
    return file && { floor: file, room: file, face: `${SOURCE_ROOT}${file}.ts` }
  }
  const single = ONE_ROOM.find(floor => floor === first)
  if (single) return { floor: single, room: single, face: `${SOURCE_ROOT}${single}/index.ts` }
  const floor = MANY_ROOMS.find(name => name === first)
  if (floor === undefined || steps.length < 3) return undefined
  const room = `${floor}/${second}`
  return { floor, room, face: `${SOURCE_ROOT}${room}/index.ts` }
}

/** A test stands beside the code it tests and may use what the product may not. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

function fileNames(name: string): readonly string[] {
  return [`${name}.ts`, `${name}.test.ts`]
}
