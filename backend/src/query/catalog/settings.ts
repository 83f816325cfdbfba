/** `name=value` items as a map; of two with one name the later holds. */
export function settingsMap(items: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    items.map(item => {
      const equals = item.indexOf('=')
      return [item.slice(0, equals), item.slice(equals + 1)]
    }),
  )
}
