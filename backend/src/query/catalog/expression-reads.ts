import { calledByOid, listItems, nodeFields, type NodeField, numberOf } from './node-tree.ts'
import { FIRST_USER_OID } from './scope.ts'
import type { Call, ExpressionReads, SqlWord } from './types.ts'

export const NOTHING_READ: ExpressionReads = Object.freeze({
  relations: [],
  calls: [],
  words: [],
  textTo: [],
  unknown: [],
})

/** What both read. */
export function joinReads(one: ExpressionReads, other: ExpressionReads): ExpressionReads {
  return {
    relations: [...one.relations, ...other.relations],
    calls: [...one.calls, ...other.calls],
    words: [...one.words, ...other.words],
    textTo: [...one.textTo, ...other.textTo],
    unknown: [...one.unknown, ...other.unknown],
  }
}

/**
 * What a parsed expression or query reads. `tree` is one node or a list of them, `''` is none. Kinds of nodes that are
 * not in `KNOWN` are told rather than guessed at.
 */
export function readsOf(tree: string): ExpressionReads {
  if (tree === '') return NOTHING_READ
  const relations = new Set<number>()
  const textTo = new Set<number>()
  const words = new Set<SqlWord>()
  const unknown = new Set<string>()
  for (const [, word, node, field, value, type] of tree.matchAll(INTERESTING)) {
    if (word !== undefined) words.add(wordOf(Number(word)))
    else if (node !== undefined && !KNOWN.has(node)) unknown.add(node)
    else if (field === 'relid' && value !== '0') relations.add(Number(value))
    else if (field === 'commandType' && value !== SELECT) unknown.add('COMMAND')
    else if (type !== undefined) textTo.add(Number(type))
  }
  return {
    relations: [...relations],
    calls: callsOf(tree),
    words: [...words],
    textTo: [...textTo],
    unknown: [...unknown],
  }
}

/**
 * Words such as `current_user`, all other nodes, and the fields that matter wherever they stand: relations that are read,
 * kinds of commands, and types that values are read as from their text (`resultcollid` follows in this coercion alone).
 */
const INTERESTING =
  /(?<!\\)\{(?:SQLVALUEFUNCTION :op (\d+)|([A-Z_]+))| :(?:(relid|commandType) (\d+)|resulttype (\d+)(?= :resultcollid))/g
const SELECT = '1'

/** Kinds of nodes by their names since PostgreSQL 16, and those that were called otherwise before. */
const KNOWN: ReadonlySet<string> = new Set(
  `QUERY RANGETBLENTRY RTE RTEPERMISSIONINFO PERMISSIONINFO ALIAS FROMEXPR JOINEXPR RANGETBLREF TARGETENTRY VAR CONST
  PARAM FUNCEXPR NAMEDARGEXPR OPEXPR DISTINCTEXPR NULLIFEXPR SCALARARRAYOPEXPR BOOLEXPR SUBLINK FIELDSELECT RELABELTYPE
  COERCEVIAIO ARRAYCOERCEEXPR CONVERTROWTYPEEXPR COLLATEEXPR COLLATE CASEEXPR CASE CASEWHEN WHEN CASETESTEXPR ARRAYEXPR
  ARRAY ROWEXPR ROW ROWCOMPAREEXPR ROWCOMPARE COALESCEEXPR COALESCE MINMAXEXPR MINMAX SQLVALUEFUNCTION NULLTEST
  BOOLEANTEST AGGREF GROUPINGFUNC WINDOWFUNC WINDOWCLAUSE SORTGROUPCLAUSE GROUPINGSET COMMONTABLEEXPR SETOPERATIONSTMT
  RANGETBLFUNCTION SUBSCRIPTINGREF JSONCONSTRUCTOREXPR JSONVALUEEXPR JSONRETURNING JSONFORMAT JSONISPREDICATE`.split(
    /\s+/,
  ),
)

/** `SQLValueFunctionOp` of primnodes.h, in its order. */
function wordOf(operation: number): SqlWord {
  if (operation <= 8) return 'clock'
  if (operation <= 12) return 'role'
  return operation === 13 ? 'database' : 'schema'
}

/** Only calls that could reach the claims are followed to what is done with their answers. */
function callsOf(tree: string): readonly Call[] {
  const functions = calledByOid(tree)
  const followed = new Set(functions.filter(isFollowed))
  const plain = functions.filter(oid => !followed.has(oid)).map(plainCall)
  if (followed.size === 0) return plain
  const calls: Call[] = []
  const walk = new Walk(tree, calls, followed)
  for (const start of listItems(`(${tree})`, 0)) walk.value(start - 1, undefined, true)
  // Operators and aggregates are no calls that the walk tells.
  const told = new Set(calls.flatMap(call => call.functions))
  const left = [...followed].filter(oid => !told.has(oid)).map(plainCall)
  return [...plain, ...calls, ...left]
}

function plainCall(oid: number): Call {
  return { functions: [oid], argument: undefined, key: undefined, isResult: false }
}

/** Both of `current_setting`. */
const CURRENT_SETTING: ReadonlySet<number> = new Set([2077, 3294])

function isFollowed(oid: number): boolean {
  return oid >= FIRST_USER_OID || CURRENT_SETTING.has(oid)
}

/** `->`, `->>` of json and jsonb, and `?` of jsonb: they look at one key of their first argument. */
const ONE_KEY: ReadonlySet<number> = new Set([3947, 3948, 3478, 3214, 4047])
const TEXT = 25
const EXPR_SUBLINK = 4

/** Follows a value down to the calls that it comes from: which key of the call's JSON is looked at, if only one is. */
class Walk {
  readonly #tree: string
  readonly #calls: Call[]
  readonly #followed: ReadonlySet<number>

  constructor(tree: string, calls: Call[], followed: ReadonlySet<number>) {
    this.#tree = tree
    this.#calls = calls
    this.#followed = followed
  }

  /** `key`: all that is looked at of the value. `isResult`: it is what the whole expression answers. */
  value(start: number, key: string | undefined, isResult: boolean): void {
    if (this.#tree[start] === '(') {
      for (const item of listItems(this.#tree, start)) this.value(item, key, isResult)
    }
    if (this.#tree[start] !== '{') return
    const name = /^[A-Z_]+/.exec(this.#tree.slice(start + 1, start + 40))?.[0] ?? ''
    const fields = nodeFields(this.#tree, start)
    switch (name) {
      case 'FUNCEXPR':
      case 'OPEXPR':
        this.#call(fields, key, isResult)
        return
      case 'COERCEVIAIO':
      case 'RELABELTYPE':
        this.#through(fields, 'arg', key, isResult)
        return
      case 'COALESCEEXPR':
      case 'COALESCE':
        this.#through(fields, 'args', key, isResult)
        return
      case 'NULLIFEXPR':
        this.#nullIf(fields, key, isResult)
        return
      case 'SUBLINK': {
        const isValue = numberOf(this.#tree, fields.get('subLinkType')) === EXPR_SUBLINK
        this.#through(fields, 'subselect', isValue ? key : undefined, isValue && isResult)
        return
      }
      case 'QUERY':
        this.#through(fields, 'targetList', key, isResult)
        return
      case 'TARGETENTRY':
        this.#through(fields, 'expr', key, isResult)
        return
      default:
        this.#others(fields, undefined)
    }
  }

  /** One field is the value itself; the others only lead to it. */
  #through(fields: Fields, name: string, key: string | undefined, isResult: boolean): void {
    const field = fields.get(name)
    if (field !== undefined) this.value(field.start, key, isResult)
    this.#others(fields, name)
  }

  #others(fields: Fields, but: string | undefined): void {
    for (const { name, start } of fields.values()) {
      if (name !== but) this.value(start, undefined, false)
    }
  }

  #call(fields: Fields, key: string | undefined, isResult: boolean): void {
    const oid = numberOf(this.#tree, fields.get('funcid') ?? fields.get('opfuncid'))
    const args = listItems(this.#tree, fields.get('args')?.start ?? 0)
    const [first, second] = args
    if (ONE_KEY.has(oid) && first !== undefined && second !== undefined) {
      const looked = this.#constant(second)
      this.value(first, looked, false)
      if (looked === undefined) this.value(second, undefined, false)
      return
    }
    if (this.#followed.has(oid)) {
      const argument = first === undefined ? undefined : this.#constant(first)
      this.#calls.push({ functions: [oid], argument, key, isResult: isResult && key === undefined })
    }
    for (const arg of args) this.value(arg, undefined, false)
  }

  /** `nullif(x, '')` looks at no more of `x` than whether it is empty. */
  #nullIf(fields: Fields, key: string | undefined, isResult: boolean): void {
    const [first, second] = listItems(this.#tree, fields.get('args')?.start ?? 0)
    if (first === undefined || second === undefined) return
    const isPlain = this.#constant(second) === ''
    this.value(first, isPlain ? key : undefined, isPlain && isResult)
    this.value(second, undefined, false)
  }

  /** The text of a constant; undefined for everything else. */
  #constant(start: number): string | undefined {
    if (!this.#tree.startsWith('{CONST ', start)) return undefined
    const fields = nodeFields(this.#tree, start)
    if (numberOf(this.#tree, fields.get('consttype')) !== TEXT) return undefined
    const value = fields.get('constvalue')
    return value && textOf(this.#tree.slice(value.start, value.end))
  }
}

type Fields = ReadonlyMap<string, NodeField>

const HEADER_BYTES = 4

/** `7 [ 28 0 0 0 115 117 98 ]`: the length, then the bytes of a value that begins with its own length. */
function textOf(datum: string): string | undefined {
  const [, length, list] = /^(\d+) \[ ([-\d ]+) \]$/.exec(datum) ?? []
  const bytes = Buffer.from((list ?? '').split(' ').map(Number))
  if (bytes.length !== Number(length) || bytes.length < HEADER_BYTES) return undefined
  const isWhole =
    bytes.readUInt32LE() >>> 2 === bytes.length || bytes.readUInt32BE() === bytes.length
  return isWhole ? bytes.toString('utf8', HEADER_BYTES) : undefined
}
