import { describe, expect, test } from 'vitest'
import { costIn, destinationOf, soughtIn } from './destination.ts'

const PREFIX = '/rest/v1'

test.each([
  ['/rest/v1/orders?id=eq.1', { endpoint: '/orders', table: 'orders' }],
  ['/rest/v1/rpc/report', { endpoint: '/rpc/report', rpc: 'report' }],
  ['/rest/v1/', { endpoint: '/' }],
  ['/rest/v1/f%C3%BC%C3%9Fe', { endpoint: '/füße', table: 'füße' }],
  ['/rest/v1/a/b', { endpoint: '/rest/v1/a/b' }],
  ['/rest/v1/%zz', { endpoint: '/rest/v1/%zz' }],
])('%s stands for %j', (url, destination) => {
  expect(destinationOf(url, PREFIX)).toEqual(destination)
})

describe('the one value that is looked for', () => {
  test.each([
    ['/rest/v1/orders?id=eq.17', { key: 'orders.id', value: '17' }],
    ['/rest/v1/orders?select=a&id=eq.17&b=gt.2', { key: 'orders.id', value: '17' }],
    ['/rest/v1/orders?id=in.(1,2)', undefined],
    ['/rest/v1/orders?id=gt.17', undefined],
    ['/rest/v1/rpc/f?id=eq.17', undefined],
  ])('in %s it is %j', (url, sought) => {
    expect(soughtIn(url, PREFIX)).toEqual(sought)
  })
})

describe('what a request will cost', () => {
  test.each([
    ['/rest/v1/orders', { embeds: 0 }],
    ['/rest/v1/orders?limit=20', { embeds: 0, rows: 20 }],
    ['/rest/v1/orders?select=a,b(c,d(e))&limit=5', { embeds: 2, rows: 5 }],
    ['/rest/v1/orders?select=a,b%28c%29', { embeds: 1 }],
    ['/rest/v1/orders?limit=x', { embeds: 0 }],
  ])('%s: %j', (url, cost) => {
    expect(costIn(url)).toEqual(cost)
  })
})
