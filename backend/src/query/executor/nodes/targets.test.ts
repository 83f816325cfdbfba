import { expect, test } from 'vitest'
import { nodeTargets } from './targets.ts'

const names = (url: string, replicas: readonly string[] = []) =>
  nodeTargets(url, replicas).map(({ name }) => name)

test('the hosts of the URL come first, then the replicas, each once', () => {
  const replicas = ['postgres://c/app', 'postgres://b/app']
  expect(names('postgres://a:1,b/app', replicas)).toEqual(['a:1', 'b:5432', 'c:5432'])
})

test.each(['postgres://app@b/other', 'postgres://app@b'])(
  'a replica with another database is refused: %s',
  replica => {
    expect(() => names('postgres://me@a/shop', [replica])).toThrow(
      expect.objectContaining({ code: 'ST030', message: expect.stringContaining("'shop'") }),
    )
  },
)
