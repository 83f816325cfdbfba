import type { Term, TypeRef } from '../../../query/catalog/index.ts'
import { type Decimal, decimalOf, rounded } from './decimal.ts'
import type { Given, ValueOf } from './given.ts'
import { countCharacters } from './narrowing.ts'

/** A value as constraints compare it. */
export type Value = Decimal | number | string | boolean

/** A part of a constraint that has a value, and what it is compared as. */
export interface Operand {
  /** A `label` is one of an enum. */
  readonly kind: 'decimal' | 'float' | 'text' | 'label' | 'truth'
  /** Text is equal only to the same text. */
  readonly isExact: boolean
  /** It is the same for every row. */
  readonly constant: Value | undefined
  /** Null is SQL's; undefined: nobody knows. */
  of(valueOf: ValueOf): Value | null | undefined
}

export interface OperandColumn {
  readonly base: TypeRef
  /** With what narrows it: `numeric(5,2)`. */
  readonly formatted: string
  readonly deterministic: boolean
}

type Columns = ReadonlyMap<string, OperandColumn>

/** Undefined: nobody understands it. */
export function compiledOperand(term: Term, columns: Columns): Operand | undefined {
  switch (term.kind) {
    case 'number':
      return constant('decimal', decimalOf(term.text))
    case 'text':
      return constant('text', term.text)
    case 'truth':
      return term.value === null ? undefined : constant('truth', term.value)
    case 'column': {
      const column = columns.get(term.name)
      return column && ofColumn(term.name, column)
    }
    case 'cast':
      return cast(term.term, term.type, columns)
    case 'call':
      return called(term, columns)
    default:
      return undefined
  }
}

function constant(kind: Operand['kind'], value: Value | undefined): Operand | undefined {
  if (value === undefined) return undefined
  return { kind, isExact: true, constant: value, of: () => value }
}

function ofColumn(name: string, column: OperandColumn): Operand | undefined {
  const { base, deterministic } = column
  const kind = kindOf(base)
  const read = kind && readerOf(kind, column)
  if (kind === undefined || read === undefined) return undefined
  return {
    kind,
    isExact: deterministic,
    constant: undefined,
    of(valueOf) {
      const given = valueOf(name)
      return given === undefined || given === null ? given : read(given)
    },
  }
}

/** `char(n)` compares without the spaces at its end, and times are read in many ways: neither is here. */
const KINDS: Readonly<Record<string, Operand['kind']>> = Object.freeze({
  int2: 'decimal',
  int4: 'decimal',
  int8: 'decimal',
  numeric: 'decimal',
  float8: 'float',
  text: 'text',
  varchar: 'text',
  bool: 'truth',
})

function kindOf({ schema, name, kind }: TypeRef): Operand['kind'] | undefined {
  if (kind === 'enum') return 'label'
  return schema === 'pg_catalog' ? KINDS[name] : undefined
}

/** What the column has once PostgreSQL has read the value. */
function readerOf(
  kind: Operand['kind'],
  { formatted }: OperandColumn,
): (given: Given) => Value | undefined {
  const [, first, second = '0'] = /\((\d+)(?:,(-?\d+))?\)$/.exec(formatted) ?? []
  const limit = first === undefined ? undefined : Number(first)
  switch (kind) {
    case 'decimal':
      return ({ text }) => {
        const value = decimalOf(text)
        if (value === undefined || limit === undefined) return value
        return Number(second) < 0 ? undefined : rounded(value, Number(second))
      }
    case 'float':
      return ({ text }) => (decimalOf(text) === undefined ? undefined : Number(text))
    case 'truth':
      return ({ text }) => TRUTHS[text]
    case 'text':
      return ({ text }) => (limit !== undefined && text.length > limit ? undefined : text)
    case 'label':
      return ({ text }) => text
  }
}

/** As nearly everybody writes it. */
const TRUTHS: Readonly<Record<string, boolean>> = Object.freeze({
  true: true,
  false: false,
  t: true,
  f: false,
})

const TEXTS = /^(?:text|character varying)$/
const WHOLE = /^(?:smallint|integer|bigint)$/

function cast(term: Term, type: string, columns: Columns): Operand | undefined {
  if (term.kind === 'text') return castText(term.text, type)
  const inner = compiledOperand(term, columns)
  if (inner === undefined) return undefined
  switch (inner.kind) {
    case 'text':
      return TEXTS.test(type) ? inner : undefined
    case 'decimal':
      if (type === 'numeric') return inner
      if (type === 'double precision') return asFloat(inner)
      return WHOLE.test(type) && isWhole(term, inner, columns) ? inner : undefined
    case 'float':
      return type === 'double precision' ? inner : undefined
    case 'truth':
      return type === 'boolean' ? inner : undefined
    case 'label':
      return undefined
  }
}

/** A constant as PostgreSQL prints it: `'5'::bigint`, `'sad'::mood`. */
function castText(text: string, type: string): Operand | undefined {
  if (TEXTS.test(type)) return constant('text', text)
  if (WHOLE.test(type) || type === 'numeric') return constant('decimal', decimalOf(text))
  if (type === 'double precision') {
    return decimalOf(text) === undefined ? undefined : constant('float', Number(text))
  }
  if (type === 'boolean') return constant('truth', TRUTHS[text])
  return /[ (]|^(?:date|interval|uuid|jsonb?|bpchar|citext|real|bytea|name)$/.test(type)
    ? undefined
    : constant('label', text)
}

/** A whole number goes into a wider type; a constant has been looked at by PostgreSQL. */
function isWhole(term: Term, { constant: value }: Operand, columns: Columns): boolean {
  if (value !== undefined) return typeof value === 'object' && value.scale === 0
  return term.kind === 'column' && columns.get(term.name)?.base.name !== 'numeric'
}

function asFloat({ constant: value }: Operand): Operand | undefined {
  if (typeof value !== 'object') return undefined
  return constant('float', Number(value.digits) / 10 ** value.scale)
}

const LENGTHS = new Set(['length', 'char_length', 'character_length'])

function called(
  { name, arguments: given }: Extract<Term, { kind: 'call' }>,
  columns: Columns,
): Operand | undefined {
  const [only, more] = given
  const inner = only && compiledOperand(only, columns)
  if (inner?.kind !== 'text' || more !== undefined) return undefined
  if (LENGTHS.has(name)) return mapped(inner, 'decimal', lengthOf)
  return name === 'btrim' ? mapped(inner, 'text', withoutSpaces) : undefined
}

function mapped(inner: Operand, kind: Operand['kind'], map: (text: string) => Value): Operand {
  return {
    kind,
    isExact: inner.isExact,
    constant: undefined,
    of(valueOf) {
      const value = inner.of(valueOf)
      return typeof value === 'string' ? map(value) : value === null ? null : undefined
    },
  }
}

function lengthOf(text: string): Decimal {
  return { digits: countCharacters(text), scale: 0 }
}

function withoutSpaces(text: string): string {
  return text.replace(/^ +| +$/g, '')
}
