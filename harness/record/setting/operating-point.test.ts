import { describe, expect, test } from 'vitest'
import { makeRun } from '../../testing/record-builder.ts'
import { settingAt } from '../../testing/setting-builder.ts'
import { enforcedState, isOperatingPoint, settingText } from './operating-point.ts'

const at = (...of: Parameters<typeof settingAt>) => makeRun({ card: 'rtx-4090', more: { setting: settingAt(...of) } })
const untouched = makeRun({ card: 'rtx-4090' })

describe('a point of a tuning', () => {
  test.each([
    ['a limit that tune set', at(300), true, '300 W'],
    ['a clock that tune locked', at(null, { clockMHz: 1500 }), true, 'SM clock 1500 MHz'],
    ['both', at(300, { clockMHz: 1500 }), true, '300 W, SM clock 1500 MHz'],
    ['a run of a tuning that left the card as it was', at(null), false, null],
    ['the standard limit of a site, set by box', at(300, { by: 'box' }), false, '300 W'],
    ['a run that nobody tuned', untouched, false, null],
  ])('%s', (_, run, isPoint, words) => {
    expect([isOperatingPoint(run), settingText(run)]).toEqual([isPoint, words])
  })
})

test('cards ran alike at the same limit and clock, whoever set them', () => {
  const at300 = { ...untouched, gpus: untouched.gpus.map((gpu) => ({ ...gpu, powerLimitW: 300 })) }
  const tuned = { ...at300, setting: settingAt(300) }
  expect(enforcedState(tuned)).toBe(enforcedState(at300))
  expect(enforcedState(tuned)).not.toBe(enforcedState(untouched))
  expect(enforcedState({ ...tuned, setting: settingAt(300, { clockMHz: 900 }) })).not.toBe(enforcedState(tuned))
})
