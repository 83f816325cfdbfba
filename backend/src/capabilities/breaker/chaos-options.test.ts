import { expect, test } from 'vitest'
import { CHAOS_CHECKS, CHAOS_DEFAULTS, checkChaos } from './chaos-options.ts'
import { createChaos } from './chaos.ts'

const token = 'sixteen-letters='

test('by default there is none', () => {
  expect(CHAOS_DEFAULTS).toEqual({ enabled: false, token: undefined })
  expect(() => checkChaos(CHAOS_DEFAULTS)).not.toThrow()
})

test('enabled without a token is refused, with the names to set it by', () => {
  expect(() => checkChaos({ enabled: true, token: undefined })).toThrow(
    expect.objectContaining({ code: 'ST006', hint: expect.stringContaining('STIER_CHAOS_TOKEN') }),
  )
  expect(() => checkChaos({ enabled: true, token })).not.toThrow()
  expect(() => checkChaos({ enabled: false, token })).not.toThrow()
})

test('a token is a secret that fits into a header and is long enough for chaos to begin', () => {
  expect(CHAOS_CHECKS.token.isSecret).toBe(true)
  expect(CHAOS_CHECKS.token.read(token)).toBe(token)
  expect(createChaos({ isEnabled: true, token }).status().isEnabled).toBe(true)
  for (const wrong of ['', token.slice(1), 'with spaces in it, alas', '=before the others', 16]) {
    expect(CHAOS_CHECKS.token.read(wrong), String(wrong)).toBeUndefined()
  }
})
