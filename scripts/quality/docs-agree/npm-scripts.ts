import type { Finding } from '../support/finding.ts'
import type { Mention, Page } from './markdown.ts'

/** The part of a package.json that pages speak of. */
export interface PackageManifest {
  /** The package's name; the root's is not needed to run its scripts. */
  readonly name: string
  readonly scripts: Readonly<Record<string, string>>
}

/** `npm run x`, `npm test`, `npm start`, with `-w package` before or after. */
const COMMAND =
  /\bnpm(?<before>(?: -w [\w@/.-]+)?) (?:(?:run|run-script) (?<run>[\w:.-]+)|(?<short>test|start))\b(?<after>(?: -w [\w@/.-]+)?)/g

/** Every npm script that a page tells the reader to run exists. */
export function checkScripts(
  pages: readonly Page[],
  root: PackageManifest,
  workspaces: readonly PackageManifest[],
): readonly Finding[] {
  return pages.flatMap(page =>
    page.lines.flatMap(mention =>
      commandsOf(mention).flatMap(({ script, workspace }) => {
        const owner = workspace === undefined ? root : workspaces.find(w => w.name === workspace)
        if (owner !== undefined && script in owner.scripts) return []
        const where = workspace === undefined ? 'package.json' : `the package.json of ${workspace}`
        return [missing(page.path, mention.line, `${where} has no script '${script}'`)]
      }),
    ),
  )
}

function commandsOf({
  text,
}: Mention): readonly { script: string; workspace: string | undefined }[] {
  return [...text.matchAll(COMMAND)].map(({ groups = {} }) => {
    const { run, short, before, after } = groups
    const workspace = `${before ?? ''}${after ?? ''}`.replace(' -w ', '').trim()
    return { script: run ?? short ?? '', workspace: workspace === '' ? undefined : workspace }
  })
}

function missing(file: string, line: number, message: string): Finding {
  const remedy = 'Name one that exists, or add it.'
  return { file, line, rule: 'npm-scripts', message, remedy }
}
