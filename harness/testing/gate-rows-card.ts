import { missing } from '../record/measured.ts'
import type { Interruption } from '../record/schema/telemetry.ts'
import {
  type CardHealth,
  makeCardLoad,
  makeCardsSnapshot,
  makeCardTrial,
  makeCardWindow,
  makeHealth,
  makeSampler,
} from './card-builder.ts'
import { fail, type GateRows, pass, unmeasured, warn } from './gate-rows.ts'
import type { MeasuredRun } from './measured-run.ts'
import { makeSetting } from './setting-builder.ts'
import { makeTextTrial } from './trial-builder.ts'

/** Rows of the gates about the card, its sensors and its energy. */

const none = missing('not part of this test')

/** A card whose memory is a whole number of tens of MiB, so that 10 % of it is a whole number. */
const memory = (memoryTotalMiB: number): MeasuredRun => ({
  card: { key: 'rtx-6000-ada', name: 'NVIDIA RTX 6000 Ada Generation' },
  gpu: { name: 'NVIDIA RTX 6000 Ada Generation', memoryTotalMiB },
})
const after = (over: Partial<CardHealth>): MeasuredRun => ({
  telemetry: { after: makeCardsSnapshot({ atMs: 90_000, health: [makeHealth(over)] }) },
})
const window = (over: Parameters<typeof makeCardWindow>[0]): MeasuredRun => ({
  telemetry: { trials: [makeCardTrial({ window: makeCardWindow(over) })] },
})
const { reasonShares } = makeCardWindow()
const slowed = (over: Partial<NonNullable<typeof reasonShares>>): MeasuredRun =>
  window({
    reasonShares: {
      swPowerCap: 1,
      hwSlowdown: 0,
      swThermalSlowdown: 0,
      hwThermalSlowdown: 0,
      hwPowerBrakeSlowdown: 0,
      ...over,
    },
  })
/** Over the 90 s between the two readings of the counters. */
const counted = (over: Record<string, number>): MeasuredRun =>
  after({ throttleUs: { ...makeHealth().throttleUs, ...over } })
const coverage = (share: number): MeasuredRun => ({ trial: { energy: { ...makeTextTrial().energy, coverage: share } } })
const energy = (energyJ: number): MeasuredRun => ({ trial: { energyJ } })
/** Where the counter was not read, and power.draw.instant gives 1000 J. */
const secondSource = (energyJ: number): MeasuredRun => ({
  ...energy(energyJ),
  telemetry: {
    trials: [makeCardTrial({ counterEnergyJ: missing('the counter was not read'), instantEnergyJ: 1000 })],
  },
})
const sampled = (coverage: number, over: Parameters<typeof makeCardWindow>[0] = {}): MeasuredRun =>
  window({ cards: [makeCardLoad({ coverage: 1 }), makeCardLoad({ coverage })], ...over })
/** The window begins at 1500 ms. */
const step = (atMs: number): MeasuredRun => ({
  telemetry: { sampler: makeSampler({ events: [{ kind: 'clock-step', atMs, stepMs: 700, message: 'stepped' }] }) },
})
const interrupted = (kind: Interruption['kind'], atMs: number, byMs: number): MeasuredRun => ({
  record: { interruptions: [{ kind, atMs, byMs, message: 'something happened' }] },
})
const others = (count: number): MeasuredRun => ({
  telemetry: {
    after: makeCardsSnapshot({
      processes: Array.from({ length: count }, (_, index) => ({
        uuid: 'GPU-a',
        pid: 7 + index,
        name: 'p',
        usedMiB: 1,
      })),
    }),
  },
})
const noCounts = { eccCorrected: null, eccUncorrected: null }
const noRows = { remapPending: null, remapFailure: null, retirementPending: null }

export const cardRows: GateRows = {
  'card-match': [
    pass('10 % more memory', memory(54_054), { at: 'memoryDifference' }),
    fail('1 MiB beyond that', memory(54_055), { beyond: 'memoryDifference' }),
    pass('10 % less memory', memory(44_226)),
    fail('1 MiB less still', memory(44_225)),
    fail('another card', { gpu: { name: 'NVIDIA L40S' } }),
    unmeasured('memory that the driver does not report', { gpu: { memoryTotalMiB: null } }),
    unmeasured('no GPU', { record: { gpus: [] } }),
  ],
  'gpu-exclusive': [
    pass('one process', others(1), { at: 'processes' }),
    fail('two processes', others(2), { beyond: 'processes' }),
    warn('a desktop beside the server', {
      telemetry: {
        after: makeCardsSnapshot({
          processes: [
            { uuid: 'GPU-a', pid: 7, name: '/usr/bin/kwin_wayland', usedMiB: 25 },
            { uuid: 'GPU-a', pid: 8, name: 'VLLM::EngineCore', usedMiB: 9000 },
          ],
        }),
      },
    }),
    unmeasured('processes that cannot be listed', {
      telemetry: { after: makeCardsSnapshot({ processes: null, processesReason: 'no permission' }) },
    }),
  ],
  'energy-coverage': [
    pass('99 % covered', coverage(0.99), { at: 'fullCoverage' }),
    warn('a little less', coverage(0.9899), { beyond: 'fullCoverage' }),
    warn('95 % covered', coverage(0.95), { at: 'coverage' }),
    fail('a little less', coverage(0.9499), { beyond: 'coverage' }),
    warn('a stale sensor', {
      trial: { energy: { ...makeTextTrial().energy, findings: ['power did not change (stale sensor)'] } },
    }),
    fail('no energy', { trial: { energyJ: none } }),
    unmeasured('no GPU', { record: { gpus: [] } }),
    unmeasured('no steady window', { trial: { windowStartMs: none, windowEndMs: none } }),
  ],
  'energy-agreement': [
    pass('5 % more than the counter', energy(1050), { at: 'disagreement' }),
    fail('a little more', energy(1050.1), { beyond: 'disagreement' }),
    pass('5 % less', energy(950)),
    fail('a little less still', energy(949.9)),
    unmeasured('no counter', {
      telemetry: { trials: [makeCardTrial({ counterEnergyJ: missing('the counter was not read') })] },
    }),
    pass('10 % more than power.draw.instant, where there is no counter', secondSource(1100), {
      at: 'instantDisagreement',
    }),
    fail('a little more', secondSource(1100.2), { beyond: 'instantDisagreement' }),
    fail('a little less than 10 % less', secondSource(899.8)),
    pass('a counter that agrees, whatever power.draw.instant says', {
      ...energy(1000),
      telemetry: { trials: [makeCardTrial({ instantEnergyJ: 2000 })] },
    }),
    unmeasured('neither counter nor power.draw.instant', {
      telemetry: {
        trials: [makeCardTrial({ counterEnergyJ: missing('not read'), instantEnergyJ: missing('not reported') })],
      },
    }),
  ],
  throttle: [
    pass('at the power cap only', slowed({}), { at: 'hardwareSlowdown' }),
    fail('one sample of 300 in hardware slowdown', slowed({ hwSlowdown: 1 / 300 }), { beyond: 'hardwareSlowdown' }),
    fail('the same, thermal', slowed({ hwThermalSlowdown: 1 / 300 })),
    fail('the same for a power brake', slowed({ hwPowerBrakeSlowdown: 1 / 300 })),
    fail('a microsecond by the counters', counted({ hw_power_brake_slowdown: 1 })),
    warn('1 % in software thermal slowdown', slowed({ swThermalSlowdown: 0.01 }), { at: 'softwareSlowdown' }),
    fail('a little more', slowed({ swThermalSlowdown: 0.0101 }), { beyond: 'softwareSlowdown' }),
    warn('1 % by the counters', counted({ sw_thermal_slowdown: 900_000 })),
    fail('a microsecond more', counted({ sw_thermal_slowdown: 900_001 })),
    unmeasured('reasons that are not reported', window({ reasonShares: null })),
    pass('samples over 95 % of the window', sampled(0.95), { at: 'covered' }),
    unmeasured('samples over a little less', sampled(0.9499), { beyond: 'covered' }),
    fail('a slowdown that the samples of a part show', {
      telemetry: {
        trials: [
          makeCardTrial({
            window: makeCardWindow({
              cards: [makeCardLoad({ coverage: 0.5 })],
              reasonShares: { ...makeCardWindow().reasonShares!, hwThermalSlowdown: 1 },
            }),
          }),
        ],
      },
    }),
  ],
  'thermal-soak': [
    pass('a clock 2 % lower at the end', window({ smClockMHz: { first: 2700, last: 2646 } }), { at: 'clockChange' }),
    fail('a little lower', window({ smClockMHz: { first: 2700, last: 2645 } }), { beyond: 'clockChange' }),
    warn('5 C warmer at the end', window({ temperatureC: { first: 60, last: 65 } }), { at: 'temperatureChange' }),
    fail('6 C warmer', window({ temperatureC: { first: 60, last: 66 } }), { beyond: 'temperatureChange' }),
    pass('3 C warmer', window({ temperatureC: { first: 60, last: 63 } }), { at: 'temperatureNote' }),
    warn('4 C warmer', window({ temperatureC: { first: 60, last: 64 } }), { beyond: 'temperatureNote' }),
    unmeasured('no sensors', window({ smClockMHz: null, temperatureC: null })),
    pass('samples over 95 % of the window', sampled(0.95), { at: 'covered' }),
    unmeasured('samples over a little less', sampled(0.9499), { beyond: 'covered' }),
    fail('a drift in the part that was sampled', sampled(0.5, { temperatureC: { first: 60, last: 66 } })),
  ],
  ecc: [
    pass('no corrected error', after({ eccCorrected: 0 }), { at: 'corrected' }),
    fail('one corrected error', after({ eccCorrected: 1 }), { beyond: 'corrected' }),
    pass('no uncorrected error', after({ eccUncorrected: 0 }), { at: 'uncorrected' }),
    fail('one uncorrected error', after({ eccUncorrected: 1 }), { beyond: 'uncorrected' }),
    fail('rows pending replacement', after({ remapPending: true })),
    fail('rows that could not be replaced', after({ remapFailure: true })),
    unmeasured('a card without ECC', after({ ...noCounts, ...noRows })),
  ],
  'power-limit': [
    pass('1 W under the default', { gpu: { powerLimitW: 449 } }, { at: 'limitDifference' }),
    fail('2 W under it', { gpu: { powerLimitW: 448 } }, { beyond: 'limitDifference' }),
    fail('2 W over it', { gpu: { powerLimitW: 452 } }),
    fail('the default, where the scenario states another', { scenario: { powerLimitW: 300 } }),
    pass('the limit that tune set, before and after', {
      gpu: { powerLimitW: 300 },
      telemetry: { after: makeCardsSnapshot({ atMs: 90_000, health: [makeHealth({ enforcedLimitW: 300 })] }) },
      record: { setting: makeSetting({ powerLimitW: { asked: 300, enforced: 300, found: 450 } }) },
    }),
    pass('what tune set, though the scenario states another', {
      gpu: { powerLimitW: 300 },
      telemetry: { after: makeCardsSnapshot({ atMs: 90_000, health: [makeHealth({ enforcedLimitW: 300 })] }) },
      scenario: { powerLimitW: 400 },
      record: { setting: makeSetting({ powerLimitW: { asked: 300, enforced: 300, found: 450 } }) },
    }),
    fail('a tuned limit that another set back during the run', {
      gpu: { powerLimitW: 300 },
      record: { setting: makeSetting({ powerLimitW: { asked: 300, enforced: 300, found: 450 } }) },
    }),
    fail('a card that enforces another limit than tune asked for', {
      record: { setting: makeSetting({ powerLimitW: { asked: 300, enforced: 300, found: 450 } }) },
    }),
    pass('a tuning that left the limit at its default', {
      record: { setting: makeSetting({ powerLimitW: { asked: null, enforced: 450, found: 450 } }) },
    }),
    fail('a tuning that left a limit which is not the default', {
      gpu: { powerLimitW: 400 },
      record: { setting: makeSetting({ powerLimitW: { asked: null, enforced: 400, found: 400 } }) },
    }),
    unmeasured('no default reported', { gpu: { powerDefaultLimitW: null } }),
  ],
  clock: [
    pass('no step', {}),
    fail('a step in the window', step(30_000)),
    fail('a step 1000 ms before it', step(500), { at: 'stepDistance' }),
    pass('a step 1001 ms before it', step(499), { beyond: 'stepDistance' }),
    fail('a suspension in the window', interrupted('suspended', 30_000, 35_000)),
    fail('a stop that ended long after the window began', interrupted('stopped', 200_000, 190_000)),
    pass('a stop before the window', interrupted('stopped', 499, 10_000)),
    unmeasured('a clock that was not monitored', { telemetry: { sampler: null } }),
  ],
}
