import { sql } from '../../../base/index.ts'
import { READER_FUNCTIONS } from '../reader-functions.ts'
import { VERSION_1 } from './version-1.ts'
import { VERSION_2 } from './version-2.ts'

/** The part of the schema `s_tier` that keeps what changed in tables: enabled by `s-tier journal enable`. */
export const JOURNAL_PART = Object.freeze({
  name: 'journal',
  versions: Object.freeze([VERSION_1, VERSION_2]),
  functions: Object.freeze([
    ...READER_FUNCTIONS.functions,
    ...VERSION_2.functions,
    sql`s_tier.journal_maintain(bigint, bigint, integer)`,
  ]),
})
