import { expect, test } from 'vitest'
import { shapesInUrl } from './shapes.ts'

test.each([
  "/users?name=eq.x'%20or%201=1--",
  "/users?name=eq.x'+union+select+null,null--",
  '/users?name=like.%3Cscript%3Ealert(1)%3C/script%3E',
  '/files?path=eq.../../../../etc/passwd',
  '/files/..%2f..%2fetc/passwd',
  '/users?name=eq.1+or+1=1',
  '/users?name=eq.1\u00a0or\u00a01=1',
  '/users?name=eq.$%7Bjndi:ldap:a%7D',
  '/users?name=eq.a;whoami',
  '/users?name=eq.a|id',
  '/users?name=eq.`id`',
  '/users?name=eq.php://filter/read',
  '/users?name=eq.1/*x*/union/*x*/select/*x*/1',
  '/users?name=eq.%252e%252e%252fetc',
  '/users?name=eq.%25c0%25ae',
])('%s looks like an attack', url => {
  expect(shapesInUrl(url)).not.toEqual([])
})

test.each([
  '/users',
  "/users?name=eq.O'Brien",
  '/users?select=id,name,orders(id,total)&id=in.(1,2,3)&order=name.desc&limit=10',
  '/users?or=(age.gt.18,and(name.eq.a,name.neq.b))',
  '/users?name=eq.select%20your%20seat',
  '/users?name=eq.%zz',
  '/users?name=like.%25cat%25&select=id%2Corders%28id%29',
])('%s does not', url => {
  expect(shapesInUrl(url)).toEqual([])
})
