import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'

/**
 * Ports below those that systems give to clients and to servers without a port of their own (32768 and up on Linux, 49152 on
 * others): a server that starts minutes later finds none of these taken by a connection that another test has opened since.
 */
const FIRST = 20_000
const LAST = 32_767

/** A port of the loopback address that nothing listens on now. */
export const freePort = (): Promise<number> => freePorts(1)

/** The first of so many ports in a row that nothing listens on now. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(FIRST, LAST - count)
    const all = await Promise.all(Array.from({ length: count }, (_, at) => isFree(first + at)))
    if (all.every(Boolean)) return first
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

/** Whether something listens on a port of the loopback address. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
