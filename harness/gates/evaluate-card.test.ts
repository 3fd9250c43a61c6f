import { describe, expect, it } from 'vitest'
import type { Gpu } from '../record/schema/run.ts'
import type { CardSight, GpuTelemetry } from '../record/schema/telemetry.ts'
import type { Trial } from '../record/schema/trial.ts'
import { cardGates } from './evaluate-card.ts'
import type { GateInput } from './gate.ts'
import type { GateId } from './run.ts'

const gpu = {
  index: 0,
  uuid: 'GPU-a',
  name: 'NVIDIA GeForce RTX 4090',
  powerLimitW: 450,
  powerDefaultLimitW: 450,
  memoryTotalMiB: 24_564,
  serving: true,
} as Gpu
const health: CardSight['health'][number] = {
  uuid: 'GPU-a',
  throttleUs: { hw_thermal_slowdown: 0 },
  eccMode: 'Enabled',
  eccCorrected: 0,
  eccUncorrected: 0,
  remapPending: false,
  remapFailure: false,
  retirementPending: null,
  recoveryAction: 'None',
  enforcedLimitW: 450,
  defaultLimitW: 450,
}
const sight = (over: Partial<CardSight> = {}): CardSight => ({
  atMs: 0,
  health: [health],
  processes: [{ uuid: 'GPU-a', pid: 7, name: 'VLLM::EngineCore', usedMiB: 20_000 }],
  ...over,
})
const telemetry = (over: Partial<GpuTelemetry> = {}): GpuTelemetry => ({
  sampler: { fields: [], missingFields: [], intervalMs: 200, rows: 300, restarts: 0, events: [], gaveUp: null },
  before: sight(),
  after: sight({ atMs: 90_000 }),
  counter: { state: 'ok' },
  idle: { startMs: null, endMs: null, powerW: null, pstates: [], reason: 'not asked for' },
  trials: [
    {
      trial: 0,
      window: {
        trial: 0,
        samples: 300,
        reasonShares: {
          swPowerCap: 1,
          hwSlowdown: 0,
          swThermalSlowdown: 0,
          hwThermalSlowdown: 0,
          hwPowerBrakeSlowdown: 0,
        },
        smClockMHz: { first: 2700, last: 2700 },
        temperatureC: { first: 60, last: 61 },
        maxTemperatureC: 61,
        memClockMHz: 10_501,
      },
      counterEnergyJ: 1000,
      counterApart: 0.01,
      netEnergyJ: null,
      netTokensPerJ: null,
      paddedEnergyJ: null,
      paddedApart: null,
      quietBeforeW: null,
      quietAfterW: null,
      reasons: {},
    },
  ],
  ...over,
})
const trial = {
  index: 0,
  windowStartMs: 10_000,
  windowEndMs: 70_000,
  energyJ: 1010,
  energy: { coverage: 1, findings: [] as string[] },
  reasons: {},
} as unknown as Trial

const judged = (over: Partial<GateInput> & { telemetry?: GpuTelemetry | undefined } = {}): GateInput =>
  ({
    card: { key: 'rtx-4090', name: gpu.name },
    gpus: [gpu],
    trials: [trial],
    scenario: { kind: 'text' },
    telemetry: telemetry(),
    ...over,
  }) as unknown as GateInput
const statusOf = (record: GateInput, id: GateId) => cardGates(record)[id]?.status
const gates = [
  'card-match',
  'energy-coverage',
  'gpu-exclusive',
  'energy-agreement',
  'throttle',
  'thermal-soak',
  'ecc',
  'power-limit',
  'clock',
] as const

describe('cardGates', () => {
  it('passes all nine gates of a card that is well', () => {
    const verdicts = cardGates(judged())
    expect(Object.keys(verdicts).toSorted()).toEqual([...gates].toSorted())
    expect(gates.map((id) => [id, verdicts[id]?.status])).toEqual(gates.map((id) => [id, 'pass']))
  })

  it.each([
    ['card-match', 'another card than the person named', { card: { key: 'rtx-4090', name: '', claimed: 'rtx-5090' } }],
    ['energy-agreement', 'a counter that tells another energy', { trials: [{ ...trial, energyJ: 900 } as Trial] }],
    ['power-limit', 'a limit that nobody stated', { gpus: [{ ...gpu, powerLimitW: 300 }] }],
    [
      'power-limit',
      'a limit that was changed during the run',
      { telemetry: telemetry({ after: sight({ health: [{ ...health, enforcedLimitW: 300 }] }) }) },
    ],
    [
      'ecc',
      'an uncorrected error',
      { telemetry: telemetry({ after: sight({ health: [{ ...health, eccUncorrected: 1 }] }) }) },
    ],
    [
      'throttle',
      'time that only the counters of the driver saw',
      {
        telemetry: telemetry({
          after: sight({ atMs: 90_000, health: [{ ...health, throttleUs: { hw_thermal_slowdown: 5000 } }] }),
        }),
      },
    ],
    [
      'gpu-exclusive',
      'a process that came during the run',
      {
        telemetry: telemetry({
          after: sight({ processes: [{ uuid: 'GPU-a', pid: 8, name: 'blender', usedMiB: null }] }),
        }),
      },
    ],
    [
      'clock',
      'a step of the wall clock in a window',
      {
        telemetry: telemetry({
          sampler: {
            ...(telemetry().sampler as NonNullable<GpuTelemetry['sampler']>),
            events: [{ kind: 'clock-step', atMs: 30_000, stepMs: 700, message: 'stepped' }],
          },
        }),
      },
    ],
  ] as const)('%s fails on %s', (id, _, over) => {
    expect(statusOf(judged(over as unknown as Partial<GateInput>), id)).toBe('fail')
  })

  it('takes a group for any of its editions, and a limit that the scenario states for right', () => {
    const maxQ = { ...gpu, name: 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition', memoryTotalMiB: 97_887 }
    const claimed = judged({ gpus: [maxQ], card: { key: 'rtx-pro-6000-max-q', name: '', claimed: 'rtx-6000-pro' } })
    expect(statusOf(claimed, 'card-match')).toBe('pass')
    const lowered = {
      gpus: [{ ...gpu, powerLimitW: 300 }],
      telemetry: telemetry({ after: sight({ health: [{ ...health, enforcedLimitW: 300 }] }) }),
    }
    const stated = judged({ ...lowered, scenario: { kind: 'text', powerLimitW: 300 } as GateInput['scenario'] })
    expect(statusOf(stated, 'power-limit')).toBe('pass')
  })

  it('has not measured what could not be read, and says why', () => {
    const blind = cardGates(
      judged({ telemetry: telemetry({ after: sight({ health: [], healthReason: 'nvidia-smi hangs' }) }) }),
    )
    expect(blind.ecc).toEqual({ status: 'not-measured', evidence: 'nvidia-smi hangs' })
    const reason = 'no nvidia-smi on PATH'
    const none = cardGates(
      judged({ gpus: [], gpusReason: reason, card: { key: null, name: null, reason }, telemetry: undefined }),
    )
    expect(gates.map((id) => none[id])).toEqual(gates.map(() => ({ status: 'not-measured', evidence: reason })))
  })
})
