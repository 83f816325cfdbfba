import type { RestInput } from './input.ts'
import type { RestRules } from './options.ts'

/** The path with its query string in alphabetical order: equal requests have equal locations. */
export function locationOf(
  { name, queryString }: Pick<RestInput, 'name' | 'queryString'>,
  { prefix }: RestRules,
): string {
  const path = `${prefix === '/' ? '' : prefix}/${encodeURIComponent(name)}`
  if (queryString === '') return path
  if (!queryString.includes('&')) return `${path}?${queryString}`
  return `${path}?${queryString.split('&').sort().join('&')}`
}
