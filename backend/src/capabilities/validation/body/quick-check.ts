import type { BodyRules } from './options.ts'
import { ShortestText, UNSURE } from './shortest.ts'

const BACKSLASH = '\\'
const SMALL_U = 0x75
const SMALL_D = 0x64
/** `\u0041` */
const LONG_ESCAPE = 6
/** Where a number begins, and it has an exponent. */
const EXPONENT = /[[,:\s]-?[\d.]+e/i

/** Whether a text of JSON keeps the rules, seen at what `JSON.parse` made of it. */
export class QuickCheck {
  private readonly shortest: ShortestText
  private readonly rules: BodyRules

  constructor(rules: BodyRules) {
    this.rules = rules
    this.shortest = new ShortestText(rules)
  }

  /** False: somebody has to read the text. It has at most so many bytes. */
  isSurelyHarmless(text: string, value: unknown, bytesMax: number): boolean {
    if (typeof value === 'number') return false
    const needed = this.shortest.lengthOf(value, bytesMax)
    if (needed === UNSURE) return false
    const extra = this.escapesIn(text)
    if (extra === UNSURE || text.length - extra !== needed) return false
    return !this.shortest.mayBeShorter || !EXPONENT.test(text)
  }

  /** How many characters they take beyond those that they stand for. */
  private escapesIn(text: string): number {
    let extra = 0
    let at = text.indexOf(BACKSLASH)
    while (at >= 0) {
      const isLong = text.charCodeAt(at + 1) === SMALL_U
      if (this.mayBeRefused(text, at, isLong)) return UNSURE
      extra += isLong ? LONG_ESCAPE - 1 : 1
      at = text.indexOf(BACKSLASH, at + 2)
    }
    return extra
  }

  private mayBeRefused(text: string, at: number, isLong: boolean): boolean {
    const { controlCharacters, nulCharacters, loneSurrogates } = this.rules
    if (controlCharacters === 'refuse') return true
    if (!isLong) return false
    if (nulCharacters === 'refuse' && text.startsWith('0000', at + 2)) return true
    return loneSurrogates === 'refuse' && (text.charCodeAt(at + 2) | 0x20) === SMALL_D
  }
}
