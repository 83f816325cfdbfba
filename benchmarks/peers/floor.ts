// The floor: bare node:http with a constant answer. Nothing that answers over HTTP on Node costs less.
import { createServer } from 'node:http'
import { port } from './configuration.ts'

const body = JSON.stringify({ id: 1, name: 'Constant', price: 9.99, status: 'active' })

createServer((_request, response) => {
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}).listen(port, '127.0.0.1')
