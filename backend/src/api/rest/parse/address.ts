import { type FieldPath, NotEmbeddedError } from '../../../query/plan/index.ts'
import { DOT } from './characters.ts'
import { scanJsonPath, scanName } from './names.ts'
import type { EmbedDraft, NodeDraft } from './node.ts'
import { Scanner } from './scanner.ts'

/** Embeds by name or alias, from the root down. Empty: the root itself. */
export type EmbedPath = readonly string[]

export const ROOT: EmbedPath = Object.freeze([])

/** The name of a filter: `age`, `data->>key`, `clients.projects.name`. */
export function parseAddress(text: string): {
  readonly path: EmbedPath
  readonly field: FieldPath
} {
  const scanner = new Scanner(text, 'tree path')
  let name = scanName(scanner)
  let path: string[] | undefined
  while (scanner.take(DOT)) {
    path ??= []
    path.push(name)
    name = scanName(scanner)
  }
  const field = { name, path: scanJsonPath(scanner) }
  scanner.expectEnd('"->>", "->", delimiter (.) or end of input')
  return { path: path ?? ROOT, field }
}

/** What stands before `.order`, `.limit`, `.offset`, `.and` or `.or`. */
export function parseEmbedPath(text: string): EmbedPath {
  const scanner = new Scanner(text, 'tree path')
  const path = [scanName(scanner)]
  while (scanner.take(DOT)) path.push(scanName(scanner))
  scanner.expectEnd('delimiter (.) or end of input')
  return path
}

/** An embed that was named by its target although it has an alias. */
export interface TargetName {
  readonly target: string
  readonly alias: string
}

/**
 * The node that a path leads to. Names are those of the answer: the alias, otherwise the target as written. `onTarget`
 * hears of those that should have been an alias; without it they are refused.
 */
export function findNode(
  root: NodeDraft,
  path: EmbedPath,
  onTarget: ((name: TargetName) => void) | undefined,
): NodeDraft {
  let node = root
  for (const name of path) {
    const embed = findEmbed(node, name)
    const { target, alias = target } = embed
    if (alias !== name) {
      if (onTarget === undefined) throw new NotEmbeddedError(name, alias)
      onTarget({ target, alias })
    }
    node = embed
  }
  return node
}

/**
 * An embed with an alias is also found by its target, after all names: PostgREST deprecates that in version 16 and still
 * accepts it. Of several with one target it is the first.
 */
function findEmbed({ select }: NodeDraft, name: string): EmbedDraft {
  const embeds = select.filter(item => item.kind === 'embed')
  const found =
    embeds.find(({ alias, target }) => (alias ?? target) === name) ??
    embeds.find(({ target }) => target === name)
  if (found === undefined) throw new NotEmbeddedError(name)
  return found
}
