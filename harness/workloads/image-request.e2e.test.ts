import { Agent } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { parseAddress } from '../endpoint/address.ts'
import { exchangeImage } from './image-request.ts'

/** Requests for images over real sockets, against a server that says exactly what a test wants. */
const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'
let server: Server
let sockets: Socket[]
let agent: Agent
let onRequest: (socket: Socket, request: number) => void
beforeEach(async () => {
  sockets = []
  agent = new Agent({ keepAlive: true, maxSockets: 1 })
  server = createServer((socket) => {
    sockets.push(socket)
    let count = 0
    socket.on('error', () => socket.destroy())
    socket.on('data', () => {
      count += 1
      onRequest(socket, count)
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})
afterEach(() => {
  agent.destroy()
  for (const socket of sockets) socket.destroy()
  server.close()
})

const ask = () =>
  exchangeImage('{}', {
    address: parseAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    apiKey: null,
    agent,
    now: systemClock.nowMs,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
  })

test('a reused connection that ends before its answer begins was closed between two requests', async () => {
  onRequest = (socket, request) => (request === 1 ? socket.write(whole) : socket.destroy())
  expect(await ask()).toMatchObject({ outcome: 'ok', isStale: false })
  expect(await ask()).toMatchObject({ outcome: 'connect', isStale: true })
  // sent again, on a new connection
  expect(await ask()).toMatchObject({ outcome: 'ok', isStale: false })
  expect(sockets).toHaveLength(2)
})

test('a new connection that ends without an answer is a failure', async () => {
  onRequest = (socket) => socket.destroy()
  expect(await ask()).toMatchObject({ outcome: 'connect', isStale: false })
})

test('a redirect is not an error of the request', async () => {
  onRequest = (socket) => socket.write('HTTP/1.1 308 Moved\r\nlocation: https://other/\r\ncontent-length: 0\r\n\r\n')
  expect(await ask()).toMatchObject({
    outcome: 'malformed',
    httpStatus: 308,
    error: expect.stringContaining('a redirect to https://other/'),
  })
})
