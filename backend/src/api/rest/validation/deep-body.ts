import {
  BodyKeyError,
  BodyLimitError,
  type ValidationError,
} from '../../../capabilities/validation/index.ts'
import { JsonText } from './json-text.ts'
import type { ValidationRules } from './options.ts'

type Limits = Pick<ValidationRules, 'keysMax' | 'itemsMax' | 'stringBytesMax' | 'duplicateKeys'>

/**
 * The first limit that a body exceeds which is nested deeper than a `BodyGuard` looks, for whom each level is a part of the stack. It
 * takes longer, and memory for each level. Undefined: none, or this is no JSON.
 */
export function faultOfDeepBody(text: string, limits: Limits): ValidationError | undefined {
  return new DeepBody(text, limits).find()
}

/** An array or object that is not closed yet. */
interface Level {
  readonly isObject: boolean
  count: number
  /** Where names may not come twice. */
  readonly names: Set<string> | undefined
}

class DeepBody {
  readonly #json: JsonText
  readonly #limits: Limits
  readonly #open: Level[] = []
  #fault: ValidationError | undefined

  constructor(text: string, limits: Limits) {
    this.#json = new JsonText(text)
    this.#limits = limits
  }

  find(): ValidationError | undefined {
    this.#json.skipSpace()
    do {
      if (!this.#readItem() || !this.#closeAll()) return this.#fault
    } while (this.#open.length > 0)
    return undefined
  }

  /** A value, with all that opens before the first scalar in it. */
  #readItem(): boolean {
    const json = this.#json
    for (;;) {
      const isObject = json.opensObject()
      if (!isObject && !json.opensArray()) return json.readValue() && this.#isShort()
      if (isObject ? json.closesObject() : json.closesArray()) return true
      const isUnique = isObject && this.#limits.duplicateKeys === 'refuse'
      this.#open.push({ isObject, count: 0, names: isUnique ? new Set() : undefined })
      if (!this.#begins()) return false
    }
  }

  /** What ends behind a value, up to the next one. */
  #closeAll(): boolean {
    const json = this.#json
    while (this.#open.length > 0 && !json.passesComma()) {
      const level = this.#open.pop()
      if (!(level?.isObject === true ? json.closesObject() : json.closesArray())) return false
    }
    return this.#open.length === 0 || this.#begins()
  }

  /** One more member or item. */
  #begins(): boolean {
    const level = this.#open.at(-1)
    if (level === undefined) return false
    const { keysMax, itemsMax } = this.#limits
    level.count++
    if (!level.isObject) return level.count <= itemsMax || this.#exceeds('items', itemsMax)
    if (level.count > keysMax) return this.#exceeds('keys', keysMax)
    return this.#readName(level)
  }

  #readName({ names }: Level): boolean {
    const json = this.#json
    if (!json.readString() || !this.#isShort()) return false
    const name = names && json.valueText()
    if (name !== undefined && names?.has(name) === true) {
      const detail = 'The key comes twice in its object'
      const fault = { pointer: '', rule: 'duplicate-key', detail, hint: 'Send it once.' }
      this.#fault = new BodyKeyError([fault])
      return false
    }
    if (name !== undefined) names?.add(name)
    json.skipSpace()
    return json.passesColon()
  }

  #isShort(): boolean {
    const { kind, start, end } = this.#json
    const { stringBytesMax } = this.#limits
    if (kind !== 'string' || (end - start) * BYTES_PER_UNIT_MAX <= stringBytesMax) return true
    const bytes = Buffer.byteLength(this.#json.valueText())
    return bytes <= stringBytesMax || this.#exceeds('string', stringBytesMax)
  }

  #exceeds(rule: keyof typeof WORDS, bound: number): false {
    const detail = `${WORDS[rule]}: more than ${bound}`
    const hint = 'Send the data in a flatter form, or in several requests.'
    this.#fault = new BodyLimitError([{ pointer: '', rule, detail, hint, bound }])
    return false
  }
}

/** Of UTF-8, for each unit of UTF-16. */
const BYTES_PER_UNIT_MAX = 3
const WORDS = Object.freeze({
  keys: 'The object has too many members',
  items: 'The array has too many items',
  string: 'The string has too many bytes',
})
