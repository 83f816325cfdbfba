import type { Form } from './form.ts'

const SCALARS: Readonly<Record<Exclude<Form, object | 'unknown'>, readonly number[]>> = {
  boolean: [16],
  number: [20, 21, 23, 700, 701, 1700],
  timestamp: [1114],
  timestamptz: [1184],
  json: [114, 3802],
  // bytea, char, name, text, oid, inet, cidr, money, bpchar, varchar, date, time, timetz, interval, bit, varbit, uuid
  text: [17, 18, 19, 25, 26, 869, 650, 790, 1042, 1043, 1082, 1083, 1266, 1186, 1560, 1562, 2950],
}

/** The array type of each of those that are common in arrays, by object id. */
const ARRAYS: readonly (readonly [array: number, element: number])[] = [
  [1000, 16],
  [1016, 20],
  [1005, 21],
  [1007, 23],
  [1021, 700],
  [1022, 701],
  [1231, 1700],
  [1115, 1114],
  [1185, 1184],
  [199, 114],
  [3807, 3802],
  [1001, 17],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1182, 1082],
  [1183, 1083],
  [2951, 2950],
]

function builtIn(): ReadonlyMap<number, Form> {
  const forms = new Map<number, Form>()
  for (const [form, types] of Object.entries(SCALARS)) {
    for (const type of types) forms.set(type, form as keyof typeof SCALARS)
  }
  for (const [array, element] of ARRAYS) {
    forms.set(array, Object.freeze({ elements: forms.get(element) ?? 'unknown' }))
  }
  return forms
}

/** By the object id of the type, for those that need no question to the catalog. PostgreSQL: `pg_type.dat`. */
export const BUILT_IN_FORMS = builtIn()
