/** A time in words, for people. */
export function seconds(ms: number): string {
  if (ms >= 7_200_000) return `${Math.round(ms / 3_600_000)} h`
  if (ms >= 300_000) return `${Math.round(ms / 60_000)} min`
  return `${Math.round(ms / 1_000)} s`
}
