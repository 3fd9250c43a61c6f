import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { pidsOfServer } from './listener.ts'

it.runIf(process.platform === 'linux')('finds this process behind a port that it listens on', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  expect(await pidsOfServer(port)).toContain(process.pid)
  await new Promise((resolve) => server.close(resolve))
  expect(await pidsOfServer(port)).toEqual([])
})
