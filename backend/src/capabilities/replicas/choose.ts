/**
 * The better of two at random, by `cost`: nearly as even as asking all of them, and no herd runs to the one that was best a
 * moment ago (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001). Undefined when there are none.
 */
export function chooseOfTwo(
  among: readonly number[],
  cost: (node: number) => number,
  random: () => number,
): number | undefined {
  if (among.length < 2) return among[0]
  const first = Math.floor(random() * among.length)
  const second = (first + 1 + Math.floor(random() * (among.length - 1))) % among.length
  const [one, other] = [among[first] ?? 0, among[second] ?? 0]
  return cost(other) < cost(one) ? other : one
}
