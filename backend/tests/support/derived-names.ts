/**
 * Members of an answer that `select` makes: renamed, cast, out of JSON, aggregated, embedded. They may have the name of
 * a column, whose schema is not theirs.
 */
export function derivedNames(select: string): ReadonlySet<string> {
  return new Set(itemsOf(select).flatMap(derivedName))
}

const ALIAS = /^("[^"]*"|[^:("]*):(?!:)/
const AGGREGATE = /(?:^|\.)(avg|count|max|min|sum)\(\)/
const EMBED = /^([^!("]*)[!(]/
const SPREAD = /^\.\.\.[^(]*\((.*)\)/s

function derivedName(item: string): readonly string[] {
  const inside = SPREAD.exec(item)?.[1]
  if (inside !== undefined) return itemsOf(inside).flatMap(one => [one, ...derivedName(one)])
  for (const pattern of [ALIAS, AGGREGATE, EMBED]) {
    const name = pattern.exec(item)?.[1]
    if (name !== undefined) return [name.replaceAll('"', '')]
  }
  return nameOfField(item)
}

/** A cast keeps the column's name; a path into JSON has that of its last key. Neither: it is a column as it is. */
function nameOfField(item: string): readonly string[] {
  const [place = '', cast] = item.split('::')
  const [column = '', ...steps] = place.split(/->>?/)
  if (steps.length === 0) return cast === undefined ? [] : [column]
  return [steps.filter(step => !/^-?\d+$/.test(step)).at(-1) ?? column]
}

/** Split at the commas that are in no parentheses and no quotes. */
function itemsOf(select: string): readonly string[] {
  let depth = 0
  let isQuoted = false
  const starts = [0]
  for (const [index, character] of [...select].entries()) {
    if (character === '"') isQuoted = !isQuoted
    if (isQuoted) continue
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === ',' && depth === 0) starts.push(index + 1)
  }
  const characters = [...select]
  return starts.map((start, index) => {
    const end = (starts[index + 1] ?? characters.length + 1) - 1
    return characters.slice(start, end).join('').trim()
  })
}
