import { expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { makeWall, makeWallSource } from '../../harness/testing/wall-builder.ts'
import { quoteHtml } from './html.ts'
import { quoteInputsSchema } from './inputs.ts'
import { quoteJson } from './json.ts'
import { buildQuote } from './quote.ts'

const inputs = quoteInputsSchema.parse({
  box: { capexGbp: 3600 },
  electricity: { tariffGbpPerKwh: 0.25, pue: 1.5, hostOverhead: 2 },
  utilisation: '50%',
})
const run = (
  serverPowerW: readonly [number, number, number] | number | string,
  idlePowerW: number | null,
  scenario = 'one',
): RunRecord =>
  makeRun({
    card: 'rtx-4090',
    scenario,
    result: { outputTokensPerS: [1000, 990, 1010], meanPowerW: [380, 370, 400], serverPowerW },
    more: { wall: makeWall(1, { sources: [makeWallSource({ ...(idlePowerW === null ? {} : { idlePowerW }) })] }) },
  })
const quoteOf = (...records: readonly RunRecord[]) =>
  buildQuote(
    records.map((record) => ({ record, digest: record.id, signedBy: 'ab'.repeat(32) })),
    { customer: 'ACME Ltd', date: '2026-11-26', inputs },
  )

test('a quote charges the measured server at the upper end of its interval, without the assumed factor, and says so', () => {
  const quote = quoteOf(run([590, 580, 600], 200))
  expect(quote.draw).toEqual({ of: 'server', loadW: 600, idleW: 200, idleMeasured: true, source: 'ipmi' })
  // (600 + 200) / 2 W x 1.5 x 730 h
  expect(quote.price.kilowattHours).toBe(438)
  const page = quoteHtml(quote)
  expect(page).toContain(
    'whole server, measured (IPMI), 600 W under load for 50 % of 730 h, 200 W when idle; room (PUE) x 1.5',
  )
  expect(page).toContain('Power was measured at the server')
  expect(page).not.toMatch(/assumed\), room|x 2/)
  expect(JSON.parse(quoteJson(quote))).toMatchObject({ draw: { of: 'server', source: 'ipmi' } })
})

test('where idle was not measured the server is charged as under load', () => {
  expect(quoteOf(run([590, 580, 600], null)).draw).toMatchObject({ of: 'server', idleW: 600, idleMeasured: false })
})

test('without it the boards and the factor stay, marked as assumed, with the reason in the document', () => {
  const quote = quoteOf(run('ipmi: ipmitool is not installed', 200))
  expect(quote.draw).toMatchObject({ of: 'boards', loadW: 400, whyBoards: 'ipmi: ipmitool is not installed' })
  expect(quote.price.kilowattHours).toBe(876)
  const page = quoteHtml(quote)
  expect(page).toContain('GPU boards 400 W under load')
  expect(page).toContain('whole server x 2 (assumed), room (PUE) x 1.5')
})

test('one run without it, or one trial, puts all on the boards', () => {
  expect(quoteOf(run([590, 580, 600], 200), run('not read', 200, 'two')).draw).toMatchObject({
    of: 'boards',
    whyBoards: 'not read',
  })
  expect(quoteOf(run(590, 200)).draw).toMatchObject({ whyBoards: 'the power of the server has no confidence interval' })
})
