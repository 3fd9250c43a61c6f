import { expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'

const notExported = missing('not exported by this server')

type Case = readonly [name: string, over: MeasuredRun, status: string, evidence: string]

test.each<Case>([
  ['none', {}, 'pass', '1.000 output tokens per engine step'],
  [
    'drafted',
    { server: { specDecodeDraftTokens: 100, specDecodeAcceptedTokens: 60 } },
    'fail',
    '100 tokens were drafted, 60 of them accepted (60.0 %)',
  ],
  ['configured', { serving: { speculation: true } }, 'fail', 'configured'],
  ['in silence', { server: { tokensPerStep: 1.8 } }, 'fail', '1.80 output tokens per engine step'],
  ['multi-token events, one token per step', { client: { contentEvents: 1280 } }, 'pass', '2.00 tokens per event'],
  [
    'multi-token events of a server that does not count its steps',
    { client: { contentEvents: 1280 }, server: { tokensPerStep: notExported } },
    'warn',
    '2.00 tokens per event',
  ],
  [
    'unknown',
    { server: { tokensPerStep: notExported }, serving: { speculation: null } },
    'not-measured',
    'tokens per event',
  ],
])('speculation: %s', (_, over, status, evidence) => {
  expect(gateOf(measuredRun(over), 'speculation')).toMatchObject({
    status,
    evidence: expect.stringContaining(evidence),
  })
})
