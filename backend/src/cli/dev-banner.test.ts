import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { devBanner } from './dev-banner.ts'

const STATUS = {
  ...({
    state: 'following',
    reason: undefined,
    journaled: [1, 2, 3],
    horizon: '7',
    lagMs: 0,
  } as const),
  ...{ stall: undefined, events: 0, ownEvents: 0, gaps: 0 },
} as const

function banner(status: Parameters<typeof devBanner>[3]): string {
  const config = readConfig({ presets: { jwt: { secret: 'a secret of thirty-two characters' } } })
  const [url, adminUrl] = ['postgres://authenticator@h:1/store', 'postgres://postgres@h:1/store']
  return devBanner('http://127.0.0.1:3000', config, { url, adminUrl }, status)
}

test('it says in one line that the cache is on, for how many tables, and how to see it', () => {
  const [line = ''] = banner(STATUS)
    .split('\n')
    .filter(one => one.includes('ache'))
  expect(line).toMatch(/^The cache is on for 3 tables: .*curl -i '.*\/products.*Cache-Status/)
})

test('without a journal it says in one line what would turn the cache on', () => {
  const reason = 'There is no journal: s-tier journal enable postgres://… --all'
  const text = banner({ ...STATUS, state: 'absent', reason, journaled: [] })
  expect(text).toContain(`\nAnswers are not kept. ${reason}\n`)
})

test('with the cache switched off it says nothing of it', () => {
  expect(banner(undefined)).not.toMatch(/cache|kept/i)
})
