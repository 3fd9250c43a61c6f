import { expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { makeWall, makeWallSource } from '../../harness/testing/wall-builder.ts'
import { quoteOf as quote } from '../testing/quote-builder.ts'
import { internalDocument } from './internal/document.ts'
import { internalPage } from './internal/page.ts'

const inputs = { electricity: { tariffGbpPerKwh: 0.25, pue: 1.5, hostOverhead: 2 }, utilisation: '50%' }
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
function insideOf(...records: readonly RunRecord[]) {
  const made = quote(records, { inputs })
  const [option] = made.options
  if (option === undefined) throw new Error('an option was expected')
  return {
    draw: option.inside.draw,
    kilowattHours: option.inside.cost?.kilowattHours,
    page: internalPage(internalDocument(made)),
  }
}

test('the measured server is charged at the upper end of its interval, without the assumed factor, and the sheet says so', () => {
  const { draw, kilowattHours, page } = insideOf(run([590, 580, 600], 200))
  expect(draw).toEqual({ of: 'server', loadW: 600, idleW: 200, idleMeasured: true, source: 'ipmi' })
  // (600 + 200) / 2 W x 1.5 x 730 h
  expect(kilowattHours).toBe(438)
  expect(page).toContain('power under load: 600 W (whole server, measured (IPMI)')
  expect(page).not.toContain('whole server / GPU boards')
})

test('where idle was not measured the server is charged as under load', () => {
  expect(insideOf(run([590, 580, 600], null)).draw).toMatchObject({ of: 'server', idleW: 600, idleMeasured: false })
})

test('without it the boards and the factor stay, with the reason', () => {
  const { draw, kilowattHours, page } = insideOf(run('ipmi: ipmitool is not installed', 200))
  expect(draw).toMatchObject({ of: 'boards', loadW: 400, whyBoards: 'ipmi: ipmitool is not installed' })
  expect(kilowattHours).toBe(876)
  expect(page).toContain('power under load: 400 W (GPU boards, measured')
  expect(page).toContain('whole server / GPU boards: 2 (inputs.yaml)')
})

test('one run without it, or one trial, puts all on the boards', () => {
  expect(insideOf(run([590, 580, 600], 200), run('not read', 200, 'two')).draw).toMatchObject({
    of: 'boards',
    whyBoards: 'not read',
  })
  expect(insideOf(run(590, 200)).draw).toMatchObject({
    whyBoards: 'the power of the server has no confidence interval',
  })
})
