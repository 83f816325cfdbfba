/** The order of two places on a bus: negative when the first comes before the second, 0 when they are the same. */
export function comparePlaces(left: string, right: string): number {
  return Number(left) - Number(right)
}
