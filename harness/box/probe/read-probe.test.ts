import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cardProbeSchema } from '../../record/schema/card-probe.ts'
import { readProbe } from './read-probe.ts'

const card = {
  uuid: 'GPU-1',
  name: 'NVIDIA H100 80GB HBM3',
  copyGBs: 2950.5,
  matrixTflops: 712.3,
  matrixFormat: 'bf16',
  hostToDeviceGBs: 52.1,
  deviceToHostGBs: { value: null, reason: 'out of memory' },
  numaNode: 1,
}
const lineOf = (over: object) =>
  JSON.stringify({ joulemarkProbe: 1, torch: '2.9.0', cards: [card], pairs: [], ...over }).replace(':1,', ': 1,')

test('the answer is found among the log of a pull and the warnings of torch', () => {
  const output = `latest: Pulling from vllm\n/usr/lib/x.py:3: UserWarning: old\n${lineOf({})}\n`
  expect(readProbe(output)).toEqual({ torch: '2.9.0', cards: [card], pairs: [] })
})

test.each([
  ['', 'the probe printed nothing'],
  [
    'Traceback\nModuleNotFoundError: No module named \u001b[31mtorch\n',
    /^ModuleNotFoundError: No module named .*torch$/,
  ],
  [lineOf({ cards: [] }), /not understood/],
  [lineOf({ cards: [{ ...card, copyGBs: 'fast' }] }), /not understood/],
  [lineOf({ cards: [{ ...card, numaNode: -1 }] }), /not understood/],
  ['{"joulemarkProbe": 1, "torch": }', 'the answer of the probe is cut off'],
])('%j is a reason', (output, reason) => {
  expect(readProbe(output)).toEqual({ reason: expect.stringMatching(reason) })
})

test('names from the container are harmless in a terminal', () => {
  const probe = readProbe(lineOf({ cards: [{ ...card, name: 'a\u001b[2J\u202eb' }] }))
  expect(probe).toMatchObject({ cards: [{ name: 'a [2Jb' }] })
})

test('any output gives a valid answer', () => {
  fc.assert(fc.property(fc.string(), (output) => cardProbeSchema.safeParse(readProbe(output)).success))
})
