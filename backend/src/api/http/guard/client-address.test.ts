import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { createClientAddress, type ProxyRules } from './client-address.ts'

const PROXIES = ['10.0.0.0/8', '192.0.2.1', '2001:db8:ffff::/48']

function clientOf(
  remoteAddress: string | undefined,
  headers = {},
  rules: Partial<ProxyRules> = {},
) {
  const of = createClientAddress({
    trustedProxies: PROXIES,
    forwardedHeader: 'x-forwarded-for',
    ...rules,
  })
  return of({ headers, socket: { remoteAddress } })
}

const forwarded = (text: string) => ({ 'x-forwarded-for': text })

describe('without trusted proxies', () => {
  const rules = { trustedProxies: [] }

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, 'unix'],
  ])('%s is %s, whatever it says', (peer, expected) => {
    expect(clientOf(peer, forwarded('198.51.100.1'), rules)).toBe(expected)
  })
})

describe('with trusted proxies', () => {
  test.each([
    [
      'a client that speaks for itself is not believed',
      '203.0.113.9',
      '198.51.100.1',
      '203.0.113.9',
    ],
    ['one proxy', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    [
      'one proxy, told in the form of both families',
      '::ffff:10.1.2.3',
      '198.51.100.1',
      '198.51.100.1',
    ],
    ['several proxies', '10.1.2.3', '198.51.100.1, 192.0.2.1,10.9.9.9', '198.51.100.1'],
    [
      'what the client wrote before is not read',
      '10.1.2.3',
      '1.1.1.1, 198.51.100.1, 10.9.9.9',
      '198.51.100.1',
    ],
    ['a client among the proxies', '10.1.2.3', '10.0.0.7, 10.9.9.9', '10.0.0.7'],
    ['ports', '10.1.2.3', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6 with a port', '10.1.2.3', '[2001:db8:1:2::7]:4711', '2001:db8:1:2::/64'],
    ['a proxy over IPv6', '2001:db8:ffff::1', '198.51.100.1', '198.51.100.1'],
    ['what is no address ends it', '10.1.2.3', '198.51.100.1, unknown, 10.9.9.9', '10.9.9.9'],
    ['nothing', '10.1.2.3', '', '10.1.2.3'],
  ])('%s', (_name, peer, header, expected) => {
    expect(clientOf(peer, forwarded(header))).toBe(expected)
  })

  test('the other end of a Unix socket is a proxy where that is said', () => {
    expect(clientOf(undefined, forwarded('198.51.100.1'))).toBe('unix')
    const rules = { trustedProxies: ['unix'] }
    expect(clientOf(undefined, forwarded('198.51.100.1'), rules)).toBe('198.51.100.1')
  })

  test.each([
    ['for=198.51.100.1', '198.51.100.1'],
    ['by=10.0.0.1;For="198.51.100.1:80";proto=https, for=10.9.9.9', '198.51.100.1'],
    ['for="[2001:db8:1:2::7]:4711"', '2001:db8:1:2::/64'],
    ['for=_hidden', '10.1.2.3'],
    ['proto=https', '10.1.2.3'],
  ])('Forwarded: %s', (header, expected) => {
    const headers = { forwarded: header, ...forwarded('1.1.1.1') }
    expect(clientOf('10.1.2.3', headers, { forwardedHeader: 'forwarded' })).toBe(expected)
  })

  test('nothing that a client sends takes the place of the address that the nearest proxy saw', () => {
    const anything = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6())
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 30 }), said => {
        const header = [...said, '198.51.100.1'].join(',')
        expect(clientOf('10.1.2.3', forwarded(header))).toBe('198.51.100.1')
      }),
      { seed },
    )
  })
})
