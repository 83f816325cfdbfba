import type { SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'

/** What scanners of the web ask for first. */
const PATHS = [
  '/.env',
  '/.git/config',
  '/wp-login.php',
  '/phpmyadmin/',
  '/xmlrpc.php',
  '/admin/',
  '/backup.sql',
  '/.aws/credentials',
  '/server-status',
  '/phpinfo.php',
  '/cgi-bin/test.cgi',
  '/wp-admin.php',
  '/roundcube/',
  '/config.json',
  '/actuator/env',
  '/solr/admin/info/system',
]

/** A scanner by its first paths: filters know some of them by name. */
export function asScannersDo(events: readonly SecurityEvent[]): readonly SecurityEvent[] {
  return events.map((event, index) => {
    const isScan = event.kind === 'route.unknown' || event.kind === 'name.unknown'
    const path = PATHS[index]
    return isScan && event.route === undefined && path !== undefined
      ? { ...event, name: path }
      : event
  })
}
