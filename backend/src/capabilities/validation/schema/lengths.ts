import { createRequire } from 'node:module'
import type { _ as code, Ajv2020, CodeKeywordDefinition } from 'ajv/dist/2020.js'

const require = createRequire(import.meta.url)

/**
 * `maxLength` and `minLength` as they are, only that characters are counted where it matters: a text takes at least half as many as
 * it has units of UTF-16, and at most as many. Ajv counts them in any case.
 */
export function countSeldom(ajv: Ajv2020): void {
  const { _ } = require('ajv/dist/2020.js') as { _: typeof code }
  const replace = (keyword: string, judge: CodeKeywordDefinition['code']) => {
    const known = ajv.getKeyword(keyword)
    if (typeof known !== 'object') return
    ajv.removeKeyword(keyword)
    ajv.addKeyword({ ...known, keyword, code: judge })
  }
  replace('maxLength', context => {
    const { data, gen } = context
    const most = Number(context.schema)
    const count = gen.scopeValue('func', { ref: charactersIn })
    context.fail(
      _`${data}.length > ${most} && (${data}.length > ${most * 2} || ${count}(${data}) > ${most})`,
    )
  })
  replace('minLength', context => {
    const { data, gen } = context
    const least = Number(context.schema)
    const count = gen.scopeValue('func', { ref: charactersIn })
    context.fail(
      _`${data}.length < ${least * 2} && (${data}.length < ${least} || ${count}(${data}) < ${least})`,
    )
  })
}

function charactersIn(text: string): number {
  let count = 0
  for (const _character of text) count++
  return count
}
