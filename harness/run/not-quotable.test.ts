import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../record/schema/endpoint.ts'
import { fakeRun } from '../testing/fake-run.ts'
import { makeServing } from '../testing/measured-run.ts'
import { whyNotQuotable } from './not-quotable.ts'
import type { Prepared } from './prepare.ts'
import type { RunOptions } from './run-options.ts'

const served = 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8'
const endpoint: Endpoint = {
  url: 'http://127.0.0.1:8000',
  engine: 'vllm',
  version: '0.32.0',
  systemFingerprint: null,
  model: served,
  modelRoot: served,
  servedModels: [served],
  maxModelLen: 16_384,
  location: { isThisMachine: true, reason: 'a loopback address' },
  serving: makeServing(),
}
const signingKey = generateKeyPairSync('ed25519').privateKey

const reasons = (
  over: { prepared?: Partial<Prepared>; options?: Partial<RunOptions>; isProbed?: boolean } = {},
): string[] => {
  const { prepared, options } = fakeRun({
    prepared: { endpoint, ...over.prepared },
    options: { signingKey, ...over.options },
  })
  const { isProbed = true } = over
  return whyNotQuotable({ ...prepared, noGpuReason: prepared.telemetry.reason, isProbed }, options)
}
const { prepared } = fakeRun()
const [gpu] = prepared.gpus

test('a live server on the named card, with a key: nothing is known against it', () => {
  expect(reasons()).toEqual([])
})

test('no key to sign with', () => {
  expect(reasons({ options: { signingKey: null } })).toEqual([
    'signature: there is no key to sign with: `joulemark key new` makes one',
  ])
})

describe('counters that cannot be read', () => {
  const withReason = (countersReason: string, serving: object, engine: string | null = 'vllm') =>
    reasons({
      prepared: { endpoint: { ...endpoint, engine, serving: { ...makeServing(), ...serving }, countersReason } },
    })

  test('a vLLM that exports none was started with --disable-log-stats', () => {
    expect(withReason('no vLLM counters are exported at /metrics', { metricNames: 'other' })).toEqual([
      'token-audit: no vLLM counters are exported at /metrics: start vLLM without --disable-log-stats, which takes its counters away',
    ])
  })

  test('a proxy hides them', () => {
    expect(withReason('/metrics returned HTTP 404', { metricNames: 'none' }, null)[0]).toMatch(
      /^token-audit: \/metrics returned HTTP 404: give the address of the server itself/,
    )
  })

  test.each([
    ['/metrics returned HTTP 401: set OPENAI_API_KEY to the key of the server', ''],
    [
      '/metrics returned HTTP 403: it does not accept the key in OPENAI_API_KEY',
      ': let the proxy in front of the server pass /metrics, which vLLM and others open to all',
    ],
    ['the counters at /metrics are of other models: a, b', ': give the address of the server of this model'],
  ])('%s', (why, advice) => {
    expect(withReason(why, { metricNames: 'none' })).toEqual([`token-audit: ${why}${advice}`])
  })

  test.each([
    ['sglang', /: start SGLang with --enable-metrics$/],
    ['llama.cpp', /: start llama-server with --metrics$/],
    ['ollama', /: on Ollama it cannot be proved how many tokens were made: it has no counters/],
  ])('%s: what switches its counters on, or that it has none', (engine, advice) => {
    expect(withReason('/metrics returned HTTP 404', { metricNames: 'none' }, engine)[0]).toMatch(advice)
  })

  test('counters that appear with the first request are missed only after it', () => {
    const fresh = { ...endpoint, engine: 'sglang', countersReason: 'no SGLang counters are exported at /metrics' }
    expect(reasons({ prepared: { endpoint: fresh }, isProbed: false })).toEqual([])
    expect(reasons({ prepared: { endpoint: fresh }, isProbed: true })).toHaveLength(1)
  })
})

test('no GPU, by choice and by lack', () => {
  const without = { gpus: [], telemetry: { ...prepared.telemetry, gpus: [], reason: 'no nvidia-smi on PATH' } }
  expect(reasons({ prepared: without })[0]).toBe('energy-coverage: no nvidia-smi on PATH')
  const [line] = reasons({ prepared: without, options: { nvidiaSmi: { path: 'nvidia-smi', required: false } } })
  expect(line).toMatch(/: run joulemark on the machine of the server, with the NVIDIA driver installed$/)
})

test('the simulator', () => {
  const prepared = { simulatedBy: 'http://127.0.0.1:41234 reports that its models are simulated' }
  // the same words for every server of a night
  expect(reasons({ prepared })).toEqual(['live-source: it is SIMULATED'])
})

test('another model, another card, a server elsewhere, a virtual GPU', () => {
  const other = { ...endpoint, model: 'gpt2', modelRoot: 'org/gpt2' }
  expect(reasons({ prepared: { endpoint: other } })[0]).toMatch(/^endpoint-model: .*: Start the server with the model/)
  const claimed = { key: 'rtx-4090', name: gpu!.name, claimed: 'h100-sxm' }
  expect(reasons({ prepared: { card: claimed } })[0]).toMatch(/^card-match: GPU-a is a .*: Name the installed card/)
  const elsewhere = { ...endpoint, location: { isThisMachine: false, reason: 'it is not an address of this machine' } }
  expect(reasons({ prepared: { endpoint: elsewhere } })).toEqual([
    'serving-card: the server runs on another machine: it is not an address of this machine',
  ])
  expect(reasons({ prepared: { gpus: [{ ...gpu!, virtualization: 'VGPU' }] } })[0]).toMatch(/is a virtual GPU/)
})

test('what the first answer may still report is no reason before it', () => {
  const { tensorParallel: _, ...others } = makeServing()
  const unknown = { ...endpoint, serving: { ...others, tensorParallel: null } }
  const scenario = { ...prepared.scenario, server: { tensorParallel: 1 } } as Prepared['scenario']
  const lines = (isProbed: boolean) => reasons({ prepared: { endpoint: unknown, scenario }, isProbed })
  expect(lines(false)).toEqual([])
  expect(lines(true)[0]).toMatch(/^endpoint-model: .*tensor parallel: 1 required, not reported by the server/)
})
