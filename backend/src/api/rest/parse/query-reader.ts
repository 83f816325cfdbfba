import type { LogicRequest, RowLimit } from '../../../query/plan/index.ts'
import {
  type EmbedPath,
  findNode,
  parseAddress,
  parseEmbedPath,
  ROOT,
  type TargetName,
} from './address.ts'
import { parseColumns } from './columns.ts'
import { Draft, QUERY_LIMIT_DEFAULTS } from './draft.ts'
import { parseLogic } from './logic.ts'
import { createNode, type NodeDraft, type SelectDraft } from './node.ts'
import { scanOperation } from './operation.ts'
import { parseOrder } from './order.ts'
import type { Argument, ParsedQuery, QueryOptions } from './types.ts'
import { combineRanges, parseLimit, parseOffset } from './range.ts'
import { Scanner } from './scanner.ts'
import { parseSelect } from './select.ts'
import { takeWholeValue } from './values.ts'

const EVERY_COLUMN: readonly SelectDraft[] = Object.freeze([Object.freeze({ kind: 'star' })])

/** Takes the pairs of one query string one after the other. */
export class QueryReader {
  readonly #options: QueryOptions
  readonly #draft: Draft
  readonly #root: NodeDraft = createNode(EVERY_COLUMN)
  /** What is addressed to embeds, until the whole of `select` is known. */
  readonly #attachments: { path: EmbedPath; attach: (node: NodeDraft) => void }[] = []
  /** Of embeds: values only once it is known which of several hold. */
  readonly #ranges = new Map<NodeDraft, { limit?: number; offset?: number }>()
  readonly #arguments: Argument[] = []
  readonly #argumentNames = new Set<string>()
  #hasSelect = false
  #limit: number | undefined
  #offset: number | undefined
  #columns: readonly string[] | undefined
  #onConflict: readonly string[] | undefined

  constructor(options: QueryOptions) {
    this.#options = options
    this.#draft = new Draft(options.limits ?? QUERY_LIMIT_DEFAULTS)
  }

  /** The last word of a name decides, as in PostgREST; in quotes it is a column's. */
  read(name: string, value: string): void {
    const dot = name.lastIndexOf('.')
    const word = dot < 0 ? name : name.slice(dot + 1)
    const owner = dot < 0 ? undefined : name.slice(0, dot)
    switch (word) {
      case 'order':
        return this.#readOrder(owner, value)
      case 'limit':
        return this.#readLimit(owner, value)
      case 'offset':
        return this.#readOffset(owner, value)
      case 'and':
      case 'or':
        return this.#readLogic(owner, word, value)
    }
    if (name === 'select') return this.#readSelect(value)
    if (name === 'columns') return this.#readColumns(value)
    if (name === 'on_conflict') return this.#readOnConflict(value)
    this.#readFilter(name, value)
  }

  finish(): ParsedQuery {
    const targetNames = new Map<string, TargetName>()
    const isLegacy = this.#options.legacyTargetNames !== false
    const onTarget = isLegacy ? (name: TargetName) => targetNames.set(name.alias, name) : undefined
    for (const { path, attach } of this.#attachments) attach(findNode(this.#root, path, onTarget))
    for (const [node, { limit, offset }] of this.#ranges) {
      if (limit !== undefined) node.limit = this.#rowLimit(limit)
      if (offset !== undefined) node.offset = this.#draft.value(String(offset))
    }
    const range = combineRanges(this.#options.range, this.#limit, this.#offset)
    if (range.limit !== undefined) {
      this.#draft.shape += `\0l${isInText(range.limit) ? range.limit : ''}`
      this.#root.limit = this.#rowLimit(range.limit)
    }
    if (range.offset > 0) {
      this.#draft.shape += '\0o'
      this.#root.offset = this.#draft.value(String(range.offset))
    }
    return {
      read: this.#root,
      parameters: this.#draft.parameters,
      shape: this.#draft.shape,
      range,
      columns: this.#columns,
      onConflict: this.#onConflict,
      arguments: this.#arguments,
      targetNames: [...targetNames.values()],
    }
  }

  /** The first one holds, as in PostgREST. */
  #readSelect(value: string): void {
    if (this.#hasSelect) return
    this.#hasSelect = true
    this.#draft.shape += `\0s${value}`
    const items = parseSelect(value, this.#draft)
    if (items.length > 0) this.#root.select = items
  }

  /** The first one of a node holds. */
  #readOrder(owner: string | undefined, value: string): void {
    const path = pathOf(owner)
    const terms = parseOrder(value, this.#draft)
    this.#draft.shape += `\0b${owner ?? ''}\0${value}`
    this.#attach(path, node => {
      if (node.order.length === 0) node.order = terms
    })
  }

  /** The last one of a node holds. */
  #readLimit(owner: string | undefined, value: string): void {
    const limit = parseLimit(value)
    if (owner === undefined) this.#limit = limit
    else if (limit !== undefined) {
      this.#draft.shape += `\0l${owner}\0${isInText(limit) ? limit : ''}`
      this.#attach(parseEmbedPath(owner), node => {
        this.#rangeOf(node).limit = limit
      })
    }
  }

  #readOffset(owner: string | undefined, value: string): void {
    const offset = parseOffset(value)
    if (owner === undefined) this.#offset = offset
    else if (offset !== undefined) {
      this.#draft.shape += `\0o${owner}`
      this.#attach(parseEmbedPath(owner), node => {
        this.#rangeOf(node).offset = offset
      })
    }
  }

  /** `not` may stand anywhere before the operator, as in PostgREST: `not.or`, `clients.not.or`. */
  #readLogic(owner: string | undefined, kind: LogicRequest['kind'], value: string): void {
    const words = pathOf(owner)
    const path = words.filter(word => word !== 'not')
    const negated = path.length < words.length
    this.#draft.shape += `\0g${owner ?? ''}\0`
    const logic = parseLogic(kind, negated, value, this.#draft)
    this.#attach(path, node => node.where.push(logic))
  }

  #readFilter(name: string, value: string): void {
    const { path, field } = parseAddress(name)
    const isPlain = path.length === 0 && field.path.length === 0
    if (isPlain && this.#options.isArgument?.(field.name, value)) {
      this.#readArgument(field.name, value)
      return
    }
    const draft = this.#draft
    draft.node(1)
    const scanner = new Scanner(value, 'filter')
    const { negated, test } = scanOperation(scanner, draft, takeWholeValue)
    scanner.skipSpaces()
    scanner.expectEnd()
    draft.shape += `\0f${name}\0${scanner.shape()}`
    this.#attach(path, node => node.where.push({ kind: 'filter', field, negated, test }))
  }

  /** How often a name comes makes no difference to the shape: several values are one of a variadic parameter. */
  #readArgument(name: string, value: string): void {
    if (!this.#argumentNames.has(name)) this.#draft.shape += `\0a${name}`
    this.#argumentNames.add(name)
    this.#arguments.push([name, value])
  }

  #readColumns(value: string): void {
    if (this.#columns !== undefined) return
    this.#columns = parseColumns('columns', value)
    this.#draft.shape += `\0c${value}`
  }

  #readOnConflict(value: string): void {
    if (this.#onConflict !== undefined) return
    this.#onConflict = parseColumns('on_conflict', value)
    this.#draft.shape += `\0k${value}`
  }

  #attach(path: EmbedPath, attach: (node: NodeDraft) => void): void {
    if (path.length === 0) attach(this.#root)
    else this.#attachments.push({ path, attach })
  }

  #rangeOf(node: NodeDraft): { limit?: number; offset?: number } {
    const range = this.#ranges.get(node) ?? {}
    this.#ranges.set(node, range)
    return range
  }

  #rowLimit(rows: number): RowLimit {
    return isInText(rows) ? rows : this.#draft.value(String(rows))
  }
}

/** Page sizes are few; larger numbers are values like any other. */
const IN_TEXT_MAX = 1_000

function isInText(limit: number): boolean {
  return limit <= IN_TEXT_MAX
}

function pathOf(owner: string | undefined): EmbedPath {
  return owner === undefined ? ROOT : parseEmbedPath(owner)
}
