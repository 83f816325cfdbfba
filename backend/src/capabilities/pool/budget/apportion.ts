/**
 * Divides a total among those who want some of it, max-min fair: everybody may have `floor(total / members)`, and what
 * some leave goes in equal parts to those who want more (Doorman's FAIR_SHARE). What cannot be divided goes to those who want most, the
 * last of them first.
 */
export function apportion(wants: readonly number[], total: number): number[] {
  const shares = wants.map(() => 0)
  const modestFirst = wants.map((_, index) => index).sort((a, b) => want(a) - want(b) || a - b)
  let left = Math.max(0, total)
  modestFirst.forEach((index, place) => {
    const share = Math.min(want(index), Math.floor(left / (wants.length - place)))
    shares[index] = share
    left -= share
  })
  return shares

  function want(index: number): number {
    return wants[index] ?? 0
  }
}
