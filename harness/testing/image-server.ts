import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makePng } from '../simulator/image/png.ts'

/** Settings of the next answers. */
export type ImageMood = 'images' | 'blank' | 'half-size' | 'html' | 'out-of-memory' | 'one-short'

export interface ImageServer {
  readonly url: string
  /** Bodies of all requests for images, in order. */
  readonly seen: Record<string, unknown>[]
  mood: ImageMood
  close(): Promise<void>
}

/** A small server of /v1/images/generations in the format of vllm-omni, with real PNGs over HTTP. */
export async function startImageServer(model: string, secondsPerImage: number): Promise<ImageServer> {
  const state: ImageServer = { url: '', seen: [], mood: 'images', close: async () => {} }
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (request.url === '/v1/models') {
      answer(200, { object: 'list', data: [{ id: model, object: 'model', owned_by: 'vllm', root: model }] })
      return
    }
    if (request.url !== '/v1/images/generations') {
      answer(404, { detail: 'Not Found' })
      return
    }
    const asked = JSON.parse(await bodyOf(request)) as { n: number; size: string; seed: number }
    state.seen.push(asked as unknown as Record<string, unknown>)
    const { mood } = state
    if (mood === 'out-of-memory') {
      answer(500, { error: { message: 'CUDA out of memory. Tried to allocate 9.50 GiB', code: 500 } })
      return
    }
    setTimeout(() => {
      if (mood === 'html') answer(200, '<html>sign in</html>')
      else answer(200, { created: 1, data: imagesFor(asked, mood) })
    }, secondsPerImage * 1000)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return Object.assign(state, { url: `http://127.0.0.1:${port}`, close })
}

function imagesFor({ n, size, seed }: { n: number; size: string; seed: number }, mood: ImageMood): object[] {
  const [width = 1, height = 1] = size.split('x').map((side) => Number(side) / (mood === 'half-size' ? 2 : 1))
  const pixel = (x: number, y: number) => (mood === 'blank' ? [7, 7, 7] : [(x + seed) % 256, y % 256, (x * y) % 256])
  const b64_json = makePng(width, height, pixel).toString('base64')
  return Array.from({ length: mood === 'one-short' ? n - 1 : n }, () => ({ b64_json, url: null, revised_prompt: null }))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}
