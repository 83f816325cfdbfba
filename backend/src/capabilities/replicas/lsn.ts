/** A place in PostgreSQL's log of changes (pg_lsn): what was written later has a greater one, on the same timeline. */
export type Lsn = bigint

const LSN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/

/** Reads PostgreSQL's notation, `16/B374D848`; undefined when it is something else. */
export function parseLsn(text: string): Lsn | undefined {
  const [, high, low] = LSN.exec(text) ?? []
  if (high === undefined || low === undefined) return undefined
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

/** As PostgreSQL writes it. */
export function formatLsn(lsn: Lsn): string {
  const half = (part: bigint) => part.toString(16).toUpperCase()
  return `${half(lsn >> 32n)}/${half(lsn & 0xffff_ffffn)}`
}
