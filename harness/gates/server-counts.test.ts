import { expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import type { ServerTrial } from '../record/schema/server.ts'
import { measuredRun } from '../testing/measured-run.ts'
import { makeClientTokens, makeServerTrial, makeTextTrial } from '../testing/trial-builder.ts'
import type { TextGateInput } from './gate.ts'
import { tokenAudit } from './tokens.ts'

const audit = (...servers: Partial<ServerTrial>[]) => {
  const trials = servers.map((server, index) =>
    makeTextTrial({ index, clientTokens: makeClientTokens(), server: makeServerTrial(server) }),
  )
  const run = measuredRun({ record: { trials }, endpoint: { otherModels: ['other/chat'] } })
  return tokenAudit.evaluate(run as unknown as TextGateInput)
}

test('another model is named, with its tokens', () => {
  const { status, evidence } = audit({ otherModelTokens: 3000 })
  expect(status).toBe('warn')
  expect(evidence).toContain('trial 0: another model on this server was at work (other/chat): 3000 tokens')
})

test('answers that another server gave are not called a wrong usage', () => {
  const { status, evidence } = audit({ generationTokens: 1280, requestSuccess: 5 })
  expect(status).toBe('fail')
  expect(evidence).toContain(
    'this server ended 5 of 10 answers: another server behind the same address ended the others',
  )
  expect(evidence).not.toContain('usage is too high')
})

test('a restart between two trials is named', () => {
  expect(audit({ processStartS: 1000 }, { processStartS: 1000.2 }).status).toBe('pass')
  const { status, evidence } = audit({ processStartS: 1000 }, { processStartS: 1060 })
  expect([status, evidence]).toEqual(['warn', expect.stringContaining('the server restarted before trial 1')])
  expect(audit({ processStartS: 1060 }, { processStartS: 1000 }).evidence).toContain('measured on another server')
})

test('counters that are not of one process are not measured, and a wrong count elsewhere still fails', () => {
  const restarted = {
    generationTokens: missing('the server restarted'),
    requestSuccess: missing('the server restarted'),
  }
  expect(audit(restarted)).toEqual({
    status: 'not-measured',
    evidence: 'trial 0: generation_tokens: the server restarted',
  })
  expect(audit(restarted, { generationTokens: 9999 }).status).toBe('fail')
})
