/**
 * What is known of a condition about a row: which of SQL's three values it may have, as a set of bits. One bit: it is known.
 */
export type Truth = number

export const TRUE: Truth = 1
export const FALSE: Truth = 2
export const NULL: Truth = 4
/** Only PostgreSQL could tell. */
export const MAYBE: Truth = TRUE | FALSE | NULL

export function truthOf(value: boolean): Truth {
  return value ? TRUE : FALSE
}

export function not(truth: Truth): Truth {
  return (truth & NULL) | (truth & TRUE ? FALSE : 0) | (truth & FALSE ? TRUE : 0)
}

export function and(one: Truth, other: Truth): Truth {
  const isTrue = one & other & TRUE
  const isFalse = (one | other) & FALSE
  // Null with anything but false.
  const isNull = (one & NULL && other & (TRUE | NULL)) || (other & NULL && one & (TRUE | NULL))
  return isTrue | isFalse | (isNull ? NULL : 0)
}

export function or(one: Truth, other: Truth): Truth {
  return not(and(not(one), not(other)))
}

/** Whether a row of which this is known could be among those that WHERE lets through. */
export function couldPass(truth: Truth): boolean {
  return (truth & TRUE) !== 0
}
