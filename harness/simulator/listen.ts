import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Starts a server on this port of 127.0.0.1, 0 for any free one, and returns its port. Rejects where it is taken. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}
