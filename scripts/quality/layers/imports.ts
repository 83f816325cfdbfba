import { posix } from 'node:path'
import ts from 'typescript'
import { lineOf, literalText, parse, walkNodes } from '../support/syntax.ts'

/** One module that a file names, in whatever form: import, re-export, `import()`, `require`, `import('…').Type`. */
export interface ImportEdge {
  /** The importing file, from the repository's root. */
  readonly from: string
  readonly line: number
  /** As written: `../base/index.ts`, `pg`, `node:fs`. */
  readonly specifier: string
  /** For a relative import the file it leads to, from the repository's root; otherwise undefined. */
  readonly target: string | undefined
  /** Only types cross: nothing is loaded when the program runs. */
  readonly typeOnly: boolean
}

/** Every import of one file, in the order of its lines. An `import()` of a computed name cannot be followed. */
export function importsOf(path: string, text: string): readonly ImportEdge[] {
  const file = parse(path, text)
  const edges: ImportEdge[] = []
  walkNodes(file, node => {
    const specifier = literalText(specifierOf(node))
    if (specifier === undefined) return
    const target = specifier.startsWith('.')
      ? posix.join(posix.dirname(path), specifier)
      : undefined
    const line = lineOf(file, node)
    edges.push({ from: path, line, specifier, target, typeOnly: isTypeOnly(node) })
  })
  return edges
}

/** The package of an import: `pg/lib/utils` is of `pg`, `@fastify/cors` of `@fastify/cors`. */
export function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
  }
  return ts.isCallExpression(node) && loadsModule(node.expression) ? node.arguments[0] : undefined
}

function loadsModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isIdentifier(callee)) return callee.text === 'require'
  return ts.isPropertyAccessExpression(callee) && callee.getText() === 'require.resolve'
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true
  if (ts.isExportDeclaration(node)) return node.isTypeOnly || allTypes(node.exportClause)
  if (!ts.isImportDeclaration(node) || node.importClause === undefined) return false
  const { phaseModifier, name, namedBindings } = node.importClause
  return (
    phaseModifier === ts.SyntaxKind.TypeKeyword || (name === undefined && allTypes(namedBindings))
  )
}

/** `{ type A, type B }`: each name is marked as a type by itself. */
function allTypes(clause: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (clause === undefined || !('elements' in clause)) return false
  const elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] = [...clause.elements]
  return elements.length > 0 && elements.every(element => element.isTypeOnly)
}
