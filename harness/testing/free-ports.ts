import { createServer } from 'node:net'

/** A port of the loopback address that nothing listens on now. */
export const freePort = (): Promise<number> => freePorts(1)

/** The first of so many ports in a row that nothing listens on now. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = await portOf(0)
    const others = await Promise.allSettled(Array.from({ length: count - 1 }, (_, at) => portOf(first + at + 1)))
    if (others.every(({ status }) => status === 'fulfilled')) return first
  }
}

/** The port that a server gets and gives back; 0 asks for any. Rejects where another server has it. */
const portOf = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as { port: number }
      server.close(() => resolve(address.port))
    })
  })
