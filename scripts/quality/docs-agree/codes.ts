import ts from 'typescript'
import { lineOf, literalText, parse, walkNodes } from '../support/syntax.ts'
import type { Tree } from '../support/tree.ts'

/** One place where the code makes an error code, with what stands around it: the material of the reference page. */
export interface CodeUse {
  readonly name: string
  readonly file: string
  readonly line: number
  /** The class or function that it stands in, and the comment of that. */
  readonly owner: string
  readonly comment: string
  /** Source text, not values: a message may be a template. Empty when it is not near the code. */
  readonly status: string
  readonly message: string
  readonly details: string
  readonly hint: string
}

/** PostgREST's codes (`PGRST100`, `PGRSTX00`) and ours (`ST501`). */
export function isErrorCode(text: string): boolean {
  return /^(PGRST(\d{3}|X\d{2})|ST\d{3})$/.test(text)
}

/** Every error code in the code's string literals; comments and tests do not count. */
export function findErrorCodes(sources: Tree): readonly CodeUse[] {
  const uses: CodeUse[] = []
  for (const [path, text] of sources) {
    const file = parse(path, text)
    walkNodes(file, node => {
      const name = literalText(node)
      if (name !== undefined && isErrorCode(name)) uses.push(describeUse(file, node, name))
    })
  }
  return uses
}

function describeUse(file: ts.SourceFile, node: ts.Node, name: string): CodeUse {
  const owner = ownerOf(node)
  const parts = partsAround(node)
  return {
    name,
    file: file.fileName,
    line: lineOf(file, node),
    owner: owner?.name?.getText(file) ?? '',
    comment: owner === undefined ? '' : commentOf(file, owner),
    status: parts.get('status') ?? '',
    message: parts.get('message') ?? '',
    details: parts.get('details') ?? '',
    hint: parts.get('hint') ?? '',
  }
}

type Owner = ts.ClassDeclaration | ts.FunctionDeclaration

function ownerOf(node: ts.Node): Owner | undefined {
  return ts.findAncestor(
    node,
    (ancestor): ancestor is Owner =>
      ts.isClassDeclaration(ancestor) || ts.isFunctionDeclaration(ancestor),
  )
}

function commentOf(file: ts.SourceFile, owner: ts.Node): string {
  const [range] = ts.getLeadingCommentRanges(file.text, owner.getFullStart())?.slice(-1) ?? []
  if (range === undefined) return ''
  const lines = file.text.slice(range.pos, range.end).split('\n')
  return lines
    .map(line => line.replaceAll(/^\s*(\/\*\*?|\*\/|\*|\/\/)|\*\/$/g, '').trim())
    .join(' ')
    .trim()
}

/** The parts of the error by name: of the class it is a property of, or of the object literal it stands in. */
function partsAround(node: ts.Node): ReadonlyMap<string, string> {
  const parts = new Map<string, string>()
  const owner = ts.findAncestor(
    node,
    ancestor => ts.isObjectLiteralExpression(ancestor) || ts.isClassDeclaration(ancestor),
  )
  if (owner === undefined) return parts
  walkNodes(owner, below => {
    const named = ts.isPropertyAssignment(below) || ts.isPropertyDeclaration(below)
    if (named && below.initializer) parts.set(below.name.getText(), oneLine(below.initializer))
    if (ts.isCallExpression(below) && below.expression.kind === ts.SyntaxKind.SuperKeyword) {
      const [message] = below.arguments
      if (message !== undefined) parts.set('message', oneLine(message))
    }
  })
  return parts
}

function oneLine(node: ts.Node): string {
  return node.getText().replaceAll(/\s+/g, ' ')
}
