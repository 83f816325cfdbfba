import {
  type Catalog,
  findRelation,
  type Relation,
  relationKey,
} from '../../query/catalog/index.ts'
import type { RestRules } from './options.ts'

/** Where Supabase's clients look for relations, and S-Tier has them unless told otherwise. */
const USUAL_PREFIX = '/rest/v1'

/**
 * Where to look instead, for a path at which nothing was found; undefined where there is nothing to say. `pages` are the
 * other paths that are served, such as `/docs`.
 */
export function hintForPath(
  path: string,
  catalog: Catalog,
  { prefix }: Pick<RestRules, 'prefix'>,
  pages: readonly string[],
): string | undefined {
  const page = pages.find(one => path !== one && `${path}/`.includes(`${one}/`))
  if (page !== undefined) return `It is at ${page}.`
  const base = prefix === '/' ? '' : prefix
  if (!isBelow(path, base)) return `Relations are below ${base}, functions below ${base}/rpc.`
  if (base === '' && isBelow(path, USUAL_PREFIX)) {
    return 'Relations are at the root of this server, functions below /rpc.'
  }
  const [name = '', ...rest] = path.slice(base.length + 1).split('/')
  return name === 'rpc' ? undefined : hintForName(catalog, `${base}/`, name, rest)
}

function isBelow(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`)
}

/** Of one relation, of a function that is taken for one, or of a row behind a slash. */
function hintForName(
  catalog: Catalog,
  base: string,
  name: string,
  [value, ...more]: readonly string[],
): string | undefined {
  const { schemas, routines } = catalog
  if (more.length > 0) return undefined
  if (value === undefined) {
    const isFunction = schemas.some(schema => routines.has(relationKey(schema, name)))
    return isFunction ? `It is a function: ${base}rpc/${name}` : undefined
  }
  const [relation] = schemas.flatMap(schema => findRelation(catalog, schema, name) ?? [])
  if (relation === undefined) return undefined
  return value === ''
    ? `Leave out the slash at the end: ${base}${name}`
    : `Rows are chosen by filters: ${base}${name}?${keyFilter(relation, value)}`
}

function keyFilter({ primaryKey }: Relation, value: string): string {
  const [first = 'column', ...others] = primaryKey
  return [`${first}=eq.${value}`, ...others.map(name => `${name}=eq.…`)].join('&')
}
