import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import { discover, withCounters } from './discover.ts'
import { withFingerprint } from './serving.ts'

const metrics = readFileSync(new URL('../testing/fixtures/vllm-metrics/vllm-0.32.txt', import.meta.url), 'utf8')
const wanted = { key: 'tiny-random-llama', servedAs: ['tiny-random-llama'] }
const models = (owner: string) => ({
  object: 'list',
  data: [{ id: 'tiny-random-llama', object: 'model', owned_by: owner, root: './tiny', max_model_len: 4096 }],
})

let server: Server | null = null
/** What each path was told of the connection by the last request for it. */
const connections = new Map<string, string>()
afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
  server = null
})

/** A server that answers these paths with these bodies, and 404 everywhere else. */
async function answering(bodies: Record<string, string | object>) {
  const made = createServer((request, answer) => {
    const path = (request.url ?? '').split('?')[0] as string
    const body = bodies[path]
    connections.set(path, String(request.headers.connection))
    answer.setHeader('connection', 'close')
    answer.statusCode = body === undefined ? 404 : 200
    if (typeof body === 'object') answer.setHeader('content-type', 'application/json')
    answer.end(typeof body === 'object' ? JSON.stringify(body) : (body ?? ''))
  })
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return parseAddress(`http://127.0.0.1:${(made.address() as { port: number }).port}`)
}

test('discovery keeps no connection that the server could close under the next request', async () => {
  const address = await answering({ '/v1/models': models('vllm') })
  await discover(address, null, wanted)
  expect(connections.get('/v1/models')).toBe('close')
})

describe('another model than the required one', () => {
  const llama = { key: 'llama-3.1-8b-instruct-fp8', servedAs: ['neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8'] }
  const serving = (id: string) => answering({ '/v1/models': { object: 'list', data: [{ id, object: 'model' }] } })

  test('that the catalogue knows is never offered as the required one', async () => {
    const address = await serving('Qwen/Qwen2.5-7B-Instruct')
    await expect(discover(address, null, llama)).rejects.toThrow(
      `endpoint ${address.url}: does not serve llama-3.1-8b-instruct-fp8; it serves: Qwen/Qwen2.5-7B-Instruct; name a scenario of qwen2.5-7b-instruct, or measure what is served: joulemark run --endpoint ${address.url}`,
    )
  })

  test('under a name that nobody knows may be the required one', async () => {
    const address = await serving('my-model')
    await expect(discover(address, null, llama)).rejects.toThrow(/under another name, add --served-as my-model, or/)
  })
})

describe('discover', () => {
  test('vLLM 0.32', async () => {
    const address = await answering({
      '/v1/models': models('vllm'),
      '/version': { version: '0.32.0' },
      '/metrics': metrics,
    })
    const { endpoint, simulatedBy } = await discover(address, null, wanted)
    expect(simulatedBy).toBeNull()
    expect(endpoint).toMatchObject({
      engine: 'vllm',
      version: '0.32.0',
      modelRoot: './tiny',
      maxModelLen: 4096,
      serving: { metricNames: 'vllm', kvCapacityTokens: 1_048_576, prefixCaching: true, quantization: null },
    })
  })

  test('another server: named by its metrics, the rest null with a reason', async () => {
    const page = '# TYPE sglang:num_running_reqs gauge\nsglang:num_running_reqs 1\n'
    const address = await answering({ '/v1/models': models('sglang'), '/metrics': page })
    const { endpoint } = await discover(address, null, wanted)
    expect(endpoint).toMatchObject({ engine: 'sglang', version: null, serving: { kvCapacityTokens: null } })
    expect(endpoint.serving?.reasons['kvCapacityTokens']).toBe(
      'SGLang does not report it at /server_info or /get_server_info',
    )
  })

  test('SGLang by its own page, where its metrics are off', async () => {
    const info = { model_path: 'org/tiny', internal_states: [], version: '0.5.2', page_size: 64, tp_size: 2 }
    const address = await answering({ '/v1/models': models('sglang'), '/get_server_info': info })
    const { endpoint } = await discover(address, null, wanted)
    expect(endpoint).toMatchObject({
      engine: 'sglang',
      engineEvidence: 'models owned by sglang, its page /get_server_info',
      version: '0.5.2',
      countersReason: '/metrics returned HTTP 404',
      serving: { kvBlockTokens: 64, tensorParallel: 2, speculation: null },
    })
  })

  test("a server whose models are somebody else's is recognised by the page that only it has", async () => {
    const address = await answering({
      '/v1/models': models('somebody'),
      '/info': { router: 'text-generation-router', model_id: 'org/tiny', version: '3.3.4', max_total_tokens: 4096 },
      '/api/version': { version: '0.1' },
    })
    expect((await discover(address, null, wanted)).endpoint).toMatchObject({ engine: 'tgi', version: '3.3.4' })
  })

  test('TensorRT-LLM: its counters are not at /metrics, which holds iterations', async () => {
    const page = 'trtllm_generation_tokens_total{model_name="tiny-random-llama"} 5.0\n'
    const address = await answering({
      '/v1/models': models('tensorrt_llm'),
      '/metrics': [{ iter: 1 }],
      '/prometheus/metrics': page,
      '/version': { version: '1.4.0' },
    })
    const found = await discover(address, null, wanted)
    expect(found).toMatchObject({
      metricsPath: '/prometheus/metrics',
      endpoint: { engine: 'tensorrt-llm', version: '1.4.0', serving: { metricNames: 'tensorrt-llm' } },
    })
    expect(found.endpoint).not.toHaveProperty('countersReason')
  })

  test('counters that appear with the first request are found after it', async () => {
    const bodies: Record<string, string | object> = {
      '/v1/models': models('sglang'),
      '/metrics': '# TYPE sglang:startup_time_seconds gauge\nsglang:startup_time_seconds 3\n',
    }
    const address = await answering(bodies)
    const fresh = await discover(address, null, wanted)
    expect(fresh.endpoint).toMatchObject({ countersReason: 'no SGLang counters are exported at /metrics' })
    bodies['/metrics'] = 'sglang:generation_tokens_total 5\n'
    const later = await withCounters(fresh, address, null)
    expect(later.endpoint).not.toHaveProperty('countersReason')
    expect(later.endpoint.serving).toMatchObject({ metricNames: 'sglang' })
  })

  test('a /version alone does not make it vLLM', async () => {
    const address = await answering({ '/v1/models': models('somebody'), '/version': { version: '1.0' } })
    const { endpoint } = await discover(address, null, wanted)
    expect(endpoint).toMatchObject({ engine: null, version: '1.0', serving: { metricNames: 'none' } })
    expect(endpoint.serving?.reasons['kvCapacityTokens']).toBe('/metrics returned HTTP 404')
  })

  test('the fingerprint of the first answer contains the parallelism', async () => {
    const address = await answering({ '/v1/models': models('vllm'), '/metrics': metrics })
    const { endpoint } = await discover(address, null, wanted)
    const told = withFingerprint(endpoint, 'vllm-0.32.0-tp2-85aa9be7')
    expect(told).toMatchObject({ systemFingerprint: 'vllm-0.32.0-tp2-85aa9be7', serving: { tensorParallel: 2 } })
    expect(told.serving?.reasons).not.toHaveProperty('tensorParallel')
  })
})
