import { describe, expect, it } from 'vitest'
import { systemClock } from '../../clock.ts'
import type { GpuRow } from '../../record/rows.ts'
import { type FixtureName, fakeBox, fixtureNames } from '../../testing/fake-nvidia-smi-cards.ts'
import { inlineNvidiaSmi } from '../../testing/fake-nvidia-smi-inline.ts'
import { parseHelpFields } from '../smi/fields.ts'
import { healthOf } from '../snapshot/health.ts'
import { readSnapshot } from '../snapshot/snapshot.ts'
import { startSampler } from './sampler.ts'

async function look(name: FixtureName) {
  const spec = await fakeBox(name)
  const smi = inlineNvidiaSmi(spec, () => systemClock.nowMs())
  const rows: GpuRow[] = []
  const onRow = (row: GpuRow) => rows.push(row)
  const sampler = await startSampler({
    nvidiaSmi: 'x',
    clock: systemClock,
    originMs: systemClock.nowMs(),
    onRow,
    ...smi,
  })
  const report = await sampler.stop()
  const help = await smi.exec(['--help-query-gpu'])
  const snapshot = await readSnapshot(smi.exec, parseHelpFields(help.kind === 'ok' ? help.stdout : ''))
  if (snapshot.kind === 'failed') throw new Error(snapshot.reason)
  return { rows, report, snapshot }
}

describe('every recorded box', () => {
  it.each(fixtureNames)('%s: sampler and snapshot agree', async (name) => {
    const { rows, report, snapshot } = await look(name)
    expect(report).toMatchObject({ missingFields: [], events: [], gaveUp: null })
    expect(rows.map(({ uuid }) => uuid)).toEqual(snapshot.cards.map(({ uuid }) => uuid))
    for (const [index, row] of rows.entries()) {
      const { values, sick } = snapshot.cards[index]!
      expect(sick).toEqual([])
      expect([row.powerW, row.memoryUsedMiB, row.smClockMHz, row.temperatureC]).toEqual(
        [values['power.draw'], values['memory.used'], values['clocks.sm'], values['temperature.gpu']].map(Number),
      )
      expect([row.pstate, row.eventReasons]).toEqual([values['pstate'], values['clocks_event_reasons.active']])
    }
  })

  it.each([
    ['rtx-4090-idle-550', { throttleUs: null, eccMode: 'Disabled', eccUncorrected: null, remapPending: null }],
    ['rtx-4090-ecc-550', { throttleUs: null, eccMode: 'Enabled', eccUncorrected: 0, remapPending: null }],
    ['h200-580', { throttleUs: null, eccMode: 'Enabled', eccUncorrected: 0, remapPending: false, enforcedLimitW: 700 }],
    [
      'rtx-pro-6000-max-q-595',
      { throttleUs: { sw_power_cap: 25_483_012_608 }, eccUncorrected: null, remapPending: false, enforcedLimitW: 300 },
    ],
    ['rtx-pro-6000-server-595', { throttleUs: { hw_thermal_slowdown: 0 }, eccMode: 'Enabled', recoveryAction: 'None' }],
  ] as const)('%s: health, with null for what the driver or the card does not tell', async (name, health) => {
    const { snapshot } = await look(name)
    expect(healthOf(snapshot.cards[0]!)).toMatchObject(health)
  })
})
