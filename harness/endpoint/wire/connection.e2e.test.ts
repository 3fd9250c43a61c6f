import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { parseAddress } from '../address.ts'
import { Connection } from './connection.ts'

test('a connection that was idle for too long is replaced, and its end is not taken for that of the next request', async () => {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
  let opened = 0
  const server = createServer((socket) => {
    opened += 1
    socket.on('data', () => socket.write(answer)).on('error', () => {})
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  let nowMs = 0
  const { port } = server.address() as AddressInfo
  const connection = new Connection(parseAddress(`http://127.0.0.1:${port}`), () => nowMs)
  const exchange = async () => {
    await connection.open(5000)
    return new Promise<string>((resolve) => {
      connection.send([Buffer.from('GET / HTTP/1.1\r\n\r\n')], {
        onRead: () => {},
        onHead: () => {},
        onBody: () => {},
        onEnd: () => resolve('whole'),
        onBroken: (error) => resolve(error.message),
      })
    })
  }
  expect(await exchange()).toBe('whole')
  nowMs = 4001
  // from a timer the loop opens the new socket before it tells of the old one's close
  const second = new Promise<string>((resolve) => setTimeout(() => resolve(exchange()), 0))
  expect(await second).toBe('whole')
  expect(opened).toBe(2)
  connection.close()
  server.close()
})
