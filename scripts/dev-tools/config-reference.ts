import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { OPTIONS, type OptionEntry } from '../../backend/src/config.ts'

/**
 * Writes docs/reference/configuration.md from the comments of the option types, so that the page says what the code
 * says. With `--check` it writes nothing and fails when the page is not what it would write.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PAGE = `${ROOT}docs/reference/configuration.md`

type Place = readonly [file: string, type: string]

/** Where the options of each room are described; some come from several places. */
const ROOMS: Readonly<
  Record<
    OptionEntry['room'],
    readonly [file: string, type: string, title: string, ...more: readonly Place[]]
  >
> = {
  database: ['query/executor/options.ts', 'DatabaseOptions', 'The database'],
  catalog: ['query/catalog/options.ts', 'CatalogOptions', 'The catalog'],
  pool: ['capabilities/pool/options.ts', 'PoolOptions', 'Connections'],
  budget: [
    'capabilities/pool/budget/options.ts',
    'BudgetOptions',
    'Connections that several processes share',
  ],
  breaker: [
    'capabilities/breaker/options.ts',
    'BreakerOptions',
    'Circuit breakers of database nodes and of Redis',
  ],
  chaos: [
    'capabilities/breaker/chaos-options.ts',
    'ChaosOptions',
    'Faults of database nodes on purpose',
  ],
  replicas: ['capabilities/replicas/options.ts', 'ReplicasOptions', 'Several nodes'],
  redis: ['capabilities/redis/options.ts', 'RedisOptions', 'Redis'],
  cache: [
    'query/executor/caching/options.ts',
    'CachingOptions',
    'The cache',
    ['capabilities/cache/options.ts', 'CacheOptions'],
    ['capabilities/cache/memory/options.ts', 'MemoryOptions'],
    ['capabilities/cache/shared/options.ts', 'LeaseOptions'],
  ],
  journal: [
    'capabilities/events/journal/options.ts',
    'RetentionOptions',
    'The journal',
    ['query/executor/caching/follower-options.ts', 'FollowerOptions'],
  ],
  http: ['api/http/options.ts', 'HttpOptions', 'HTTP'],
  rest: ['api/rest/options.ts', 'RestOptions', 'REST'],
  validation: [
    'api/rest/validation/options.ts',
    'ValidationOptions',
    'What requests may be',
    ['api/rest/validation/limits.ts', 'RequestLimits'],
    ['capabilities/validation/request/decompression-options.ts', 'DecompressionOptions'],
  ],
  limits: ['capabilities/limiter/options.ts', 'LimitsOptions', 'Limits'],
  security: [
    'capabilities/security/options.ts',
    'SecurityOptions',
    'The security monitor',
    ['capabilities/security/alerts/options.ts', 'AlertingOptions'],
  ],
  openapi: ['api/openapi/options.ts', 'OpenApiOptions', 'Documents of the API'],
  jwt: ['api/http/identity/options.ts', 'JwtOptions', 'Tokens'],
  log: ['capabilities/telemetry/options.ts', 'LogOptions', 'The log'],
}

const INTRODUCTION = `<!-- Made by \`npm run config-reference\` from the comments of the option types. Do not edit. -->

# Configuration

Every option has one name, written in three ways: \`http.port\` in a configuration file is \`--http-port\` on the command line
and \`STIER_HTTP_PORT\` in the environment. \`DATABASE_URL\` and \`PORT\` are read too. An empty variable counts as none.

A flag is stronger than what the database itself sets, this than the environment, the environment than the file, the file than
the default. What the database may set, and the variables \`PGRST_…\` of the environment, are
[PostgREST's](postgrest-configuration.md): a variable \`STIER_…\` is stronger than one of these, this than \`DATABASE_URL\` and
\`PORT\`.

A wrong value, a variable \`STIER_…\` or a member of the file that does not exist, stops the start with the name, the bound and
what was perhaps meant. Secrets are never shown.

\`SIGUSR2\` and \`NOTIFY pgrst, 'reload config'\` read file and database again. What of it changes at once is marked
"live"; the rest waits for a restart, and the log says so. When anything is wrong, all of the old configuration stays.

The file is \`s-tier.config.mjs\` (or \`.js\`, \`.json\`, \`.ts\`, \`.mts\`) in the directory where the server is started, or
what \`--config\` or \`STIER_CONFIG\` names; a file with another ending is read as PostgREST's. TypeScript needs a Node that strips types: 22.18 or later.

\`\`\`js
// s-tier.config.mjs
import { defineConfig } from 's-tier'

export default defineConfig({
  database: { schemas: ['api'], anonRole: 'anon' },
  http: { port: 8080 },
  jwt: { secret: '@/run/secrets/jwt' },
})
\`\`\`

A time is a number of milliseconds, or on the command line and in the environment also \`30s\`, \`5min\`, \`1h\`. A list is an
array, or a text with commas between its items.
`

function page(): string {
  const sections = Object.entries(ROOMS).map(([room, place]) => section(room, place))
  return `${INTRODUCTION}\n${sections.join('\n')}`
}

function section(
  room: string,
  [file, type, title, ...more]: readonly [string, string, string, ...(readonly Place[])],
): string {
  // What stands first counts.
  const places: readonly Place[] = [...more.toReversed(), [file, type]]
  const comments = new Map(
    places.flatMap(([path, name]) => [...commentsOf(`${ROOT}backend/src/${path}`, name)]),
  )
  const rows = OPTIONS.filter(entry => entry.room === room).map(entry => row(entry, comments))
  return `## ${title}: \`${room}\`\n\n| Option | Must be | What it does |\n|---|---|---|\n${rows.join('')}`
}

function row(
  { name, variables, flag, key, check, isLive }: OptionEntry,
  comments: ReadonlyMap<string, string>,
) {
  const comment = comments.get(key)
  if (comment === undefined) throw new Error(`${name} has no comment`)
  const names = [name, flag, ...variables].map(each => `\`${each}\``).join('<br>')
  return `| ${names} | ${cell(check.expects)} | ${cell(comment)}${isLive ? ' Live.' : ''} |\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** The comment of every member of an interface, as one line. */
function commentsOf(path: string, type: string): ReadonlyMap<string, string> {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const members = file.statements
    .filter(statement => ts.isInterfaceDeclaration(statement))
    .filter(({ name }) => name.text === type)
    .flatMap(statement => [...statement.members])
  return new Map(members.map(member => [member.name?.getText() ?? '', commentOf(member)]))
}

function commentOf(member: ts.TypeElement): string {
  return ts
    .getJSDocCommentsAndTags(member)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
    .join(' ')
    .replaceAll(/\s+/g, ' ')
}

const made = page()
if (process.argv.includes('--check')) {
  if (readFileSync(PAGE, 'utf8') !== made) {
    console.error(
      'docs/reference/configuration.md is not what the code says: npm run config-reference',
    )
    process.exitCode = 1
  }
} else {
  writeFileSync(PAGE, made)
}
