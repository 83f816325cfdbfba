import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { bannedNetworks } from './banned-networks.ts'
import { createSecurityMonitor } from './monitor.ts'

test('only what is refused as a whole is told to those in front', () => {
  const monitor = createSecurityMonitor({ mode: 'act', principalsMax: 4_096, clock: fakeClock() })
  const order = { forMs: 60_000, reason: 'a scan' }
  monitor.ban({ ip: '203.0.113.7', ...order }, 'me')
  monitor.ban({ ip: '198.51.100.0/24', ...order }, 'me')
  monitor.ban({ ip: '2001:db8:1:2:3::4', ...order }, 'me')
  monitor.ban({ ip: '203.0.113.8', user: 'ada', ...order }, 'me')
  monitor.ban({ token: 7, ...order }, 'me')
  for (let credentialHash = 1; credentialHash <= 60; credentialHash++) {
    const about = { ip: '192.0.2.66', user: `user-${credentialHash}`, credentialHash }
    monitor.tell({ kind: 'auth.failed', atMs: credentialHash, ...about })
  }
  const measures = monitor.measures()
  expect(monitor.loginBanOf('192.0.2.66')).toBeDefined()
  const whole = ['198.51.100.0/24', '2001:db8:1:2::/64', '203.0.113.7/32']
  expect(bannedNetworks(measures)).toEqual(whole)
  expect(bannedNetworks(measures, { withLogin: true })).toEqual(['192.0.2.66/32', ...whole])
})
