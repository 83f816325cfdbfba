/**
 * A part of a document with what its references lead to in their place. `at` gives the part of the document at a path, a
 * list of names. A reference that leads back to itself, or nowhere, stays.
 */
export function resolved(part, at, within = []) {
  if (typeof part !== 'object' || part === null) return part
  if (Array.isArray(part)) return part.map(one => resolved(one, at, within))
  const { $ref, ...beside } = part
  const target = isFollowed($ref, within) ? at(pathOf($ref)) : undefined
  const members = target === undefined ? part : beside
  return {
    ...resolved(target, at, [...within, $ref]),
    ...Object.fromEntries(
      Object.entries(members).map(([name, member]) => [name, resolved(member, at, within)]),
    ),
  }
}

/** A property may be called `$ref` too: then it is a schema. */
function isFollowed($ref, within) {
  return typeof $ref === 'string' && $ref.startsWith('#/') && !within.includes($ref)
}

function pathOf($ref) {
  return $ref
    .slice(2)
    .split('/')
    .map(name => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
}
