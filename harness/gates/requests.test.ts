import { expect, test } from 'vitest'
import { gateOf, measuredRun } from '../testing/measured-run.ts'
import { makeTextTrial } from '../testing/trial-builder.ts'

const replacing = (replaced: number) => {
  const { client } = makeTextTrial()
  return gateOf(measuredRun({ trial: { client: { ...client, replaced } } }), 'error-rate')
}

test('replaced connections are named, and are no failures', () => {
  expect(replacing(0)).toMatchObject({ status: 'pass', evidence: '0 of 10 requests failed; allowed 0.10 %' })
  expect(replacing(1).evidence).toMatch(/; the server closed 1 connection between two requests, replaced/)
  expect(replacing(7)).toMatchObject({
    status: 'pass',
    evidence: expect.stringMatching(
      /; the server closed 7 connections between two requests, replaced without a failure$/,
    ),
  })
})
