import { connect } from 'node:net'

/**
 * Asks the process of a simulator for a JSON document; with `body`, by POST. Rejects without an answer of status 200. Written on a
 * socket: to load `node:http` takes a process as long as its whole other work, and a run starts the simulated nvidia-smi a dozen times.
 */
export function askSimulator<Answer>(url: string, body?: object): Promise<Answer> {
  const { hostname, port, host, pathname, search } = new URL(url)
  const text = body === undefined ? '' : JSON.stringify(body)
  // HTTP 1.0: the server sends one document as it is, and closes
  const head = [
    `${body === undefined ? 'GET' : 'POST'} ${pathname}${search} HTTP/1.0`,
    `Host: ${host}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
  ]
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.on('error', reject)
    socket.on('end', () => {
      const answer = Buffer.concat(parts).toString()
      const end = answer.indexOf('\r\n\r\n')
      const status = /^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1]
      if (status !== '200' || end === -1) return reject(new Error(`status ${status ?? 'none'}`))
      try {
        resolve(JSON.parse(answer.slice(end + 4)) as Answer)
      } catch {
        reject(new Error('the answer was cut'))
      }
    })
    socket.write(`${head.join('\r\n')}\r\n\r\n${text}`)
  })
}
