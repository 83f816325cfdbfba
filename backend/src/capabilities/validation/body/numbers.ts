/** Whether a double would lose something of this decimal number, or become infinite. The text is a number of JSON. */
export function losesPrecision(text: string): boolean {
  if (text.length <= SURE_DIGITS && !/e/i.test(text)) return false
  const number = Number(text)
  return !Number.isFinite(number) || decimalOf(text) !== decimalOf(String(number))
}

/** So many digits come back from a double as they were. */
export const SURE_DIGITS = 15

const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i

/** The digits without zeros around them, and the power of ten of the last one: the same for numbers that are the same. */
function decimalOf(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const end = endWithoutZeros(digits)
  if (end === 0) return '0'
  const power = Number(exponent) - fraction.length + (digits.length - end)
  return `${digits.slice(0, end)}e${power}`
}

/** By hand: a pattern for it would look again from each zero of a long row. */
function endWithoutZeros(digits: string): number {
  let end = digits.length
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--
  return end
}
