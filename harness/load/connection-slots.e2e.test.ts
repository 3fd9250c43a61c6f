import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { parseAddress } from '../endpoint/address.ts'
import { makeConnectionSlots, sendOnSlot } from './connection-slots.ts'

/** Requests on one slot, against a server that closes connections in the ways of real ones. */
const answer = [
  'data: {"choices":[{"index":0,"text":" a","finish_reason":"length"}]}\n\n',
  'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n',
  'data: [DONE]\n\n',
].join('')
const response = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`

let server: Server
let sockets: Socket[]
/** Called with each request: its place on its connection, and the number of connections so far. */
let onRequest: (socket: Socket, request: number, connections: number) => void
let requests: number
beforeEach(async () => {
  sockets = []
  requests = 0
  server = createServer((socket) => {
    sockets.push(socket)
    let count = 0
    socket.on('error', () => socket.destroy())
    socket.on('data', () => {
      requests += 1
      count += 1
      onRequest(socket, count, sockets.length)
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

function makeSlot(now = systemClock.nowMs) {
  const address = parseAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const [slot] = makeConnectionSlots(address, 1, now)
  if (slot === undefined) throw new Error('no slot')
  const options = { now: systemClock.nowMs, timeoutMs: 20_000, signal: new AbortController().signal }
  const body = [Buffer.from('{}')]
  return { slot, send: () => sendOnSlot(slot, 'POST / HTTP/1.1\r\nContent-Length: ', body, options) }
}

describe('a connection that the server closes between two requests is replaced', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['with an end right behind the answer', (socket) => socket.end(response)],
    ['with a reset', (socket) => socket.write(response, () => socket.resetAndDestroy())],
    [
      'with a last word (408) behind the answer',
      (socket) => socket.end(`${response}HTTP/1.1 408 Request Timeout\r\n\r\n`),
    ],
  ])('%s', async (_, close) => {
    onRequest = close
    const { send } = makeSlot()
    for (let index = 0; index < 20; index += 1) expect(await send()).toMatchObject({ outcome: 'ok' })
    expect(sockets).toHaveLength(20)
  })

  test('when the next request is already on its way: it is sent once more, and timed anew', async () => {
    // the second request on a connection meets its end
    onRequest = (socket, request) => (request === 1 ? socket.write(response) : socket.destroy())
    const { slot, send } = makeSlot()
    expect((await send()).outcome).toBe('ok')
    const before = systemClock.nowMs()
    const second = await send()
    expect(second).toMatchObject({ outcome: 'ok', isStale: false })
    expect(second.dispatchedMs).toBeGreaterThanOrEqual(before)
    expect(second.firstByteMs).toBeGreaterThanOrEqual(second.dispatchedMs)
    expect([requests, slot.connection.replaced]).toEqual([3, 1])
  })

  test('and counted, also when its end was seen in time', async () => {
    onRequest = (socket) => socket.write(response)
    const { slot, send } = makeSlot()
    await send()
    const closed = new Promise((resolve) => sockets[0]?.once('close', resolve))
    sockets[0]?.end()
    await closed
    expect((await send()).outcome).toBe('ok')
    expect([requests, slot.connection.replaced]).toEqual([2, 1])
  })

  test('but not counted when it says so', async () => {
    onRequest = (socket) => socket.end(response.replace('\r\n', '\r\nconnection: close\r\n'))
    const { slot, send } = makeSlot()
    for (let index = 0; index < 3; index += 1) expect((await send()).outcome).toBe('ok')
    expect([requests, slot.connection.replaced]).toEqual([3, 0])
  })
})

describe('a request fails, and is not sent again', () => {
  test('on a new connection that closes without an answer', async () => {
    onRequest = (socket) => socket.destroy()
    const { slot, send } = makeSlot()
    expect((await send()).outcome).toBe('connect')
    expect([requests, slot.connection.replaced]).toEqual([1, 0])
  })

  test('when its replacement closes too: one more try is all', async () => {
    onRequest = (socket, _, connections) =>
      requests === 1 && connections === 1 ? socket.write(response) : socket.destroy()
    const { send } = makeSlot()
    expect((await send()).outcome).toBe('ok')
    expect((await send()).outcome).toBe('connect')
    expect(requests).toBe(3)
  })

  test('when the connection lived on for a second: it was not idle', async () => {
    let nowMs = 0
    onRequest = (socket, request) => {
      if (request === 1) socket.write(response)
      else {
        nowMs = 1001
        socket.destroy()
      }
    }
    const { send } = makeSlot(() => nowMs)
    expect((await send()).outcome).toBe('ok')
    expect((await send()).outcome).toBe('connect')
    expect(requests).toBe(2)
  })

  test('once a byte of the answer has arrived', async () => {
    onRequest = (socket, request) => (request === 1 ? socket.write(response) : socket.end('HTTP/1.1 200 OK\r\n'))
    const { send } = makeSlot()
    expect((await send()).outcome).toBe('ok')
    expect((await send()).outcome).toBe('truncated')
    expect(requests).toBe(2)
  })
})
