import { expect, test } from 'vitest'
import { makeRun } from '../../../harness/testing/record-builder.ts'
import { serverLines } from './server.ts'

test('the box has every value that its runs differ in, and what nobody told is unknown', () => {
  const run = makeRun({ card: 'rtx-4090', gpus: 2 })
  const other = { ...run, endpoint: { ...run.endpoint, engine: 'vllm-omni', version: '0.20.0' } }
  const lines = new Map(serverLines([run, other]))
  expect(lines.get('Server software')).toBe('vLLM 0.11.0, vLLM-Omni 0.20.0')
  expect(lines.get('GPU')).toBe('2 × rtx-4090')
  expect(lines.get('GPU memory')).toBe('48.0 GiB')
  expect(lines.get('PCIe link of each GPU')).toBe('generation 4, 16 lanes')
  expect([lines.get('GPU firmware (VBIOS)'), lines.get('GPU memory ECC')]).toEqual(['unknown', 'unknown'])
})

test('the box says nothing of whose it is', () => {
  const run = makeRun({ card: 'rtx-4090' })
  const named = { ...run, host: { ...run.host, hostname: 'gpu-box-7' } }
  expect(JSON.stringify(serverLines([named]))).not.toMatch(/gpu-box-7|GPU-0|127\.0/)
})
