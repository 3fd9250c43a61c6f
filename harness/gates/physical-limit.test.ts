import { describe, expect, test } from 'vitest'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'
import { median } from '../testing/trial-builder.ts'

type Case = readonly [name: string, over: MeasuredRun, status: string, evidence: string]

describe('physical-limit', () => {
  test.each<Case>([
    ['under it', {}, 'pass', '56.0 % of the limit: 2000.0 tokens/s'],
    ['together over it', { trial: { outputTokensPerS: 3600 } }, 'fail', 'impossible as described: 3600.0 tokens/s'],
    ['one stream over it', { trial: { decodeTokensPerS: 198 } }, 'fail', 'one stream at 198.0 tokens/s'],
    ['a first token too soon', { trial: { ttftMs: median(5) } }, 'fail', 'a first token after 5.0 ms'],
    ['no card', { card: { key: null, name: null, reason: 'no GPU was read' } }, 'not-measured', 'no GPU was read'],
  ])('%s', (_, over, status, evidence) => {
    expect(gateOf(measuredRun(over), 'physical-limit')).toMatchObject({
      status,
      evidence: expect.stringContaining(evidence),
    })
  })

  test("the article's 198 tokens/s of one stream of 8B FP8 on a 4090", () => {
    const scenario = { load: { shape: 'closed', concurrency: 1 }, prompt: { tokens: 128, prefixCache: 'cold' } }
    const gate = gateOf(
      measuredRun({ scenario, trial: { outputTokensPerS: 198, decodeTokensPerS: 198 } }),
      'physical-limit',
    )
    expect(gate.status).toBe('fail')
    expect(gate.evidence).toMatch(/15\d\.\d % of the limit/)
  })
})
