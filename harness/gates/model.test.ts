import { expect, test } from 'vitest'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'

type Case = readonly [name: string, over: MeasuredRun, status: string, evidence: string]

const awq = 'hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4'
test.each<Case>([
  ['as required', {}, 'pass', 'context 16384'],
  [
    'by its other name',
    { endpoint: { model: 'mine', modelRoot: 'RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8' } },
    'pass',
    'mine',
  ],
  ['another model under the right name', { endpoint: { modelRoot: awq } }, 'fail', awq],
  [
    'from a cache folder of another model',
    { endpoint: { modelRoot: '/root/hub/models--meta-llama--Llama-3.2-1B/snapshots/abc' } },
    'fail',
    'meta-llama/Llama-3.2-1B',
  ],
  [
    'from a folder of its name',
    { endpoint: { modelRoot: '/models/Meta-Llama-3.1-8B-Instruct-FP8/' } },
    'pass',
    'serves',
  ],
  ['from a folder of any name', { endpoint: { modelRoot: './weights' } }, 'warn', 'does not show the model'],
  ['context too short', { endpoint: { maxModelLen: 8192 } }, 'fail', '16384 required, it has 8192'],
  ['context unknown', { endpoint: { maxModelLen: null } }, 'not-measured', 'not reported by the server'],
  ['fp8 is fp8_e4m3', { serving: { kvCacheDtype: 'fp8' } }, 'pass', 'KV cache fp8_e4m3'],
  ['KV in 16 bits', { serving: { kvCacheDtype: 'auto' } }, 'fail', 'it has auto'],
  ['KV unknown', { serving: { kvCacheDtype: null } }, 'not-measured', 'not reported by the server'],
  [
    'a BF16 checkpoint that may have been quantised online',
    { endpoint: { model: 'meta-llama/Llama-3.1-8B-Instruct', modelRoot: null } },
    'not-measured',
    'only with --quantization fp8',
  ],
  [
    'the same, reported',
    { endpoint: { model: 'meta-llama/Llama-3.1-8B-Instruct', modelRoot: null }, serving: { quantization: 'fp8' } },
    'pass',
    'it has fp8',
  ],
  [
    'the same, not quantised',
    { endpoint: { model: 'meta-llama/Llama-3.1-8B-Instruct', modelRoot: null }, serving: { quantization: 'none' } },
    'fail',
    'it has none',
  ],
  [
    'a name that only --served-as gives to the model',
    { endpoint: { model: 'mine', modelRoot: null, servedAs: 'mine' } },
    'warn',
    'serves mine, which is llama-3.1-8b-instruct-fp8 by --served-as',
  ],
  ['a name that nothing gives to it', { endpoint: { model: 'mine', modelRoot: null } }, 'fail', 'serves mine'],
  [
    'a folder of any name with --served-as',
    { endpoint: { model: '/data/llama', modelRoot: '/data/llama', servedAs: '/data/llama' } },
    'warn',
    'does not show the model',
  ],
  [
    'another model, whatever --served-as says',
    { endpoint: { model: 'mine', modelRoot: awq, servedAs: 'mine' } },
    'fail',
    awq,
  ],
])('endpoint-model: %s', (_, over, status, evidence) => {
  const gate = gateOf(measuredRun(over), 'endpoint-model')
  expect(gate).toMatchObject({ status, evidence: expect.stringContaining(evidence) })
})

test('endpoint-model: a longer context passes only where joulemark started the server with it', () => {
  const wide = { endpoint: { maxModelLen: 65_536 } }
  const startedWith = (tokens: number) => ({
    serverStart: { number: 1, of: 1, command: ['image', '--max-model-len', String(tokens)] },
  })
  const gateWith = (over: object) => gateOf({ ...measuredRun(wide), ...over }, 'endpoint-model')
  expect(gateWith({})).toMatchObject({ status: 'fail' })
  expect(gateWith(startedWith(65_536))).toMatchObject({
    status: 'pass',
    evidence: expect.stringContaining('context 65536, 16384 required'),
  })
  expect(gateWith(startedWith(32_768))).toMatchObject({ status: 'fail' })
  const short = { ...measuredRun({ endpoint: { maxModelLen: 8192 } }), ...startedWith(8192) }
  expect(gateOf(short, 'endpoint-model')).toMatchObject({ status: 'fail' })
})
