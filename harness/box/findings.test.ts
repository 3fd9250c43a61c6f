import { expect, test } from 'vitest'
import type { RunRecord } from '../record/schema/run.ts'
import { makeRun } from '../testing/record-builder.ts'
import { settingAt } from '../testing/setting-builder.ts'
import { boxFindings } from './findings.ts'

const healthy = makeRun({ card: 'rtx-4090', name: 'NVIDIA GeForce RTX 4090' })
const withGpu = (over: Partial<RunRecord['gpus'][number]>): RunRecord => ({
  ...healthy,
  gpus: healthy.gpus.map((gpu) => ({ ...gpu, ...over })),
})
const idsOf = (run: RunRecord) => boxFindings(run).map(({ id, status }) => `${id} ${status}`)

test('a healthy card gives no finding, and neither does a card without telemetry', () => {
  expect(boxFindings(healthy)).toEqual([])
  expect(boxFindings({ ...healthy, gpus: [] })).toEqual([])
  expect(boxFindings(withGpu({ serving: false, persistenceMode: 'Disabled' }))).toEqual([])
})

test("the doctor's checks apply to what the record holds", () => {
  expect(idsOf(withGpu({ powerLimitW: 300 }))).toEqual(['power-limit warn'])
  expect(idsOf(withGpu({ persistenceMode: 'Disabled' }))).toEqual(['persistence warn'])
  expect(idsOf(withGpu({ pcie: { genCurrent: 1, genMax: 4, widthCurrent: 8, widthMax: 16 } }))).toEqual([
    'pcie-width warn',
  ])
  expect(idsOf({ ...withGpu({ powerLimitW: 300 }), setting: settingAt(300, { by: 'box' }) })).toEqual([])
  const [finding] = boxFindings(withGpu({ powerLimitW: 300 }))
  expect(finding).toMatchObject({
    read: expect.stringContaining('enforced 300 W'),
    fix: 'sudo nvidia-smi -i 0 -pl 450',
  })
})

test('the fingerprint and the last health reading precede the inventory', () => {
  const card = { uuid: 'GPU-0', compute_mode: 'Exclusive_Process', 'mig.mode.current': 'Enabled' }
  const driver = { version: null, kernelModule: null, nvml: null, cuda: null, fieldsSha256: null }
  const moment = {
    atMs: 0,
    processes: null,
    health: [
      {
        ...{ uuid: 'GPU-0', throttleUs: null, eccMode: 'Enabled', eccCorrected: 0, eccUncorrected: 2 },
        ...{ remapPending: true, remapFailure: false, retirementPending: null, recoveryAction: 'Reset' },
        ...{ enforcedLimitW: 450, defaultLimitW: 450 },
      },
    ],
  }
  const run = withGpu({ eccMode: 'Enabled' })
  const telemetry = { before: { ...moment, health: [] }, after: moment } as unknown as RunRecord['telemetry']
  expect(
    idsOf({
      ...run,
      ...(telemetry ? { telemetry } : {}),
      fingerprint: { driver, cards: [card], containerImage: null, driverStateSha256: 'x' },
    }),
  ).toEqual(['card-health fail', 'compute-mode warn', 'mig fail', 'ecc-errors fail', 'memory-rows fail'])
})
