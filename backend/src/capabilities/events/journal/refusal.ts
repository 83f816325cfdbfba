import type { Refusal } from '../errors.ts'
import type { FoundTable, Member } from './tables.ts'

/** Why a relation cannot be journaled; undefined when it can. */
export function refusalOf(table: FoundTable): Refusal | undefined {
  const found = whatItIs(table) ?? firstOf(table.members, member => whatIsIn(member, table))
  if (found !== undefined) return { table: table.label, ...found }
  const [type] = table.foreignTypes
  if (type === undefined) return undefined
  return {
    table: table.label,
    reason: `has the type ${type}, whose cast to json is a function of another role`,
    hint: 'It would run with the rights of the owner of the journal. Drop the cast, or give the function to that owner.',
  }
}

type Found = Omit<Refusal, 'table'>

function whatItIs({ kind, isSystem, isSubscribed, root, reads }: FoundTable): Found | undefined {
  if (isSystem) return { reason: 'belongs to the system', hint: 'Name a table of your own.' }
  if (root !== null) {
    return {
      reason: `is a partition of ${root}`,
      hint: `Name ${root}: all its partitions go with it.`,
    }
  }
  if (kind === 'v' || kind === 'm') {
    const tables = reads.length === 0 ? 'the tables that it reads' : reads.join(', ')
    const view = kind === 'v' ? 'a view' : 'a materialized view'
    return { reason: `is ${view}, which holds no rows of its own`, hint: `Name ${tables}.` }
  }
  if (kind === 'f') {
    return {
      reason: 'is a foreign table, whose rows change elsewhere',
      hint: 'Journal it in the database that holds it.',
    }
  }
  if (isSubscribed) {
    return {
      reason: 'is filled by a subscription, which fires no triggers of statements',
      hint: 'Journal it in the database that publishes it.',
    }
  }
  if (kind !== 'r' && kind !== 'p') return { reason: 'is no table', hint: 'Name a table.' }
  return undefined
}

function whatIsIn(
  { label, kind, persistence, owner, isOwned }: Member,
  table: FoundTable,
): Found | undefined {
  const it = label === table.label ? 'it' : label
  if (persistence === 't') {
    return { reason: `is temporary: ${it} is of one session`, hint: 'Name a table that stays.' }
  }
  if (persistence === 'u') {
    return {
      reason: `is unlogged: after a crash ${it} is empty, and nobody would be told`,
      hint: `Make it a logged one: alter table ${label} set logged`,
    }
  }
  if (kind === 'f') {
    return { reason: `has a foreign partition, ${label}`, hint: 'Detach it, or leave it out.' }
  }
  if (isOwned) return undefined
  return {
    reason: `belongs to the role "${owner}"${it === 'it' ? '' : ` in part (${label})`}`,
    hint: `Connect as that role or a superuser, or make the connected role its member: grant "${owner}" to …`,
  }
}

function firstOf<T, R>(list: readonly T[], find: (each: T) => R | undefined): R | undefined {
  for (const each of list) {
    const found = find(each)
    if (found !== undefined) return found
  }
  return undefined
}
