import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeModel } from './describe-model.ts'

const config = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  vocab_size: 100,
  max_position_embeddings: 512,
}
const asked: { path: string; key: string | undefined }[] = []
let answer: (request: IncomingMessage, response: ServerResponse) => void
let server: Server
let url: string
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', key: request.headers.authorization })
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const ask = (env: Record<string, string> = {}) =>
  describeModel('org/name', { env: { HF_ENDPOINT: `${url}/`, ...env }, network: true, today: '2026-11-26' })

test('the configuration and the size are read, with the token of the user', async () => {
  answer = ({ url: path = '' }, response) => {
    if (path.endsWith('/config.json')) response.end(JSON.stringify(config))
    else if (path.endsWith('index.json')) response.end('{"metadata":{"total_size":12345}}')
    else response.writeHead(404).end()
  }
  expect(await ask({ HF_TOKEN: 'hf_x' })).toMatchObject({ kind: 'text', vocab: 100, checkpointBytes: 12_345 })
  expect(asked[0]).toEqual({ path: '/org/name/resolve/main/config.json', key: 'Bearer hf_x' })
})

test.each([
  [404, 'no config.json on 127.0.0.1'],
  [401, 'HTTP 401: no such model, or one that asks for a licence: set HF_TOKEN'],
  [503, 'HTTP 503; try again later'],
])('HTTP %d is one line', async (status, text) => {
  answer = (_, response) => response.writeHead(status).end('<html>')
  await expect(ask()).rejects.toThrow(text)
})

test('an endless answer is cut off', async () => {
  const megabyte = Buffer.alloc(2 ** 20, ' ')
  answer = (_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(megabyte));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }
  await expect(ask()).rejects.toThrow(/more than 4194304 bytes/)
})

test('a page instead of JSON, and a wrong address, are one line', async () => {
  answer = (_, response) => response.end('<html>sign in</html>')
  await expect(ask()).rejects.toThrow(/config\.json: no valid JSON/)
  await expect(ask({ HF_ENDPOINT: 'huggingface' })).rejects.toThrow(/HF_ENDPOINT: "huggingface" is no address/)
  await expect(ask({ HF_ENDPOINT: 'http://127.0.0.1:9' })).rejects.toThrow(
    /was not reached: .*download the model first/,
  )
})
