import type { CardLoad } from '../energy/card-loads.ts'
import { type Missing, missing } from '../record/measured.ts'
import type { Gpu } from '../record/schema/gpu.ts'
import type { CardsSnapshot, CardTrial, GpuTelemetry } from '../record/schema/telemetry.ts'

/** A healthy RTX 4090, as nvidia-smi lists it; every field can be set. */
export const makeGpu = (over: Partial<Gpu> = {}): Gpu => ({
  index: 0,
  uuid: 'GPU-a',
  name: 'NVIDIA GeForce RTX 4090',
  driver: '580.95.05',
  vbios: null,
  powerLimitW: 450,
  powerDefaultLimitW: 450,
  memoryTotalMiB: 24_564,
  memoryReservedMiB: 346,
  eccMode: 'Enabled',
  persistenceMode: 'Enabled',
  pcie: { genCurrent: 4, genMax: 4, widthCurrent: 16, widthMax: 16 },
  maxSmClockMHz: 3105,
  maxMemClockMHz: 10_501,
  serving: true,
  ...over,
})

export type CardHealth = CardsSnapshot['health'][number]
/** Health of that card: limited by its power cap only, no memory errors. */
export const makeHealth = (over: Partial<CardHealth> = {}): CardHealth => ({
  uuid: 'GPU-a',
  throttleUs: { hw_thermal_slowdown: 0, hw_power_brake_slowdown: 0, sw_thermal_slowdown: 0, sw_power_cap: 1000 },
  eccMode: 'Enabled',
  eccCorrected: 0,
  eccUncorrected: 0,
  remapPending: false,
  remapFailure: false,
  retirementPending: false,
  recoveryAction: 'None',
  enforcedLimitW: 450,
  defaultLimitW: 450,
  migMode: null,
  sick: [],
  ...over,
})

/** The card and the one process on it, at one moment. */
export const makeCardsSnapshot = (over: Partial<CardsSnapshot> = {}): CardsSnapshot => ({
  atMs: 0,
  health: [makeHealth()],
  processes: [{ uuid: 'GPU-a', pid: 7, name: 'VLLM::EngineCore', usedMiB: 20_000 }],
  ...over,
})

/** What the card did in the window of a trial: at its work, with the weights in its memory. */
export const makeCardLoad = (over: Partial<CardLoad> = {}): CardLoad => ({
  uuid: 'GPU-a',
  coverage: 1,
  meanPowerW: 300,
  meanInstantW: 300,
  readings: 300,
  dropped: 0,
  droppedW: null,
  restPowerW: 60,
  utilizationPct: 98,
  restUtilizationPct: 0,
  peakMemoryMiB: 22_000,
  ...over,
})

type CardWindow = Exclude<CardTrial['window'], Missing>
/** The card at its power cap over the window of a trial. */
export const makeCardWindow = (over: Partial<CardWindow> = {}): CardWindow => ({
  trial: 0,
  samples: 300,
  reasonShares: { swPowerCap: 1, hwSlowdown: 0, swThermalSlowdown: 0, hwThermalSlowdown: 0, hwPowerBrakeSlowdown: 0 },
  smClockMHz: { first: 2700, last: 2700 },
  temperatureC: { first: 60, last: 61 },
  maxTemperatureC: 61,
  memClockMHz: 10_501,
  cards: [makeCardLoad()],
  ...over,
})

const none = missing('not part of this test')

/** Values of one trial from the samples and the energy counter. */
export const makeCardTrial = (over: Partial<CardTrial> = {}): CardTrial => ({
  trial: 0,
  window: makeCardWindow(),
  counterEnergyJ: 1000,
  counterApart: 0.01,
  netEnergyJ: none,
  netTokensPerJ: none,
  paddedEnergyJ: none,
  paddedApart: none,
  quietBeforeW: none,
  quietAfterW: none,
  ...over,
})

type Sampler = NonNullable<GpuTelemetry['sampler']>
export const makeSampler = (over: Partial<Sampler> = {}): Sampler => ({
  fields: ['uuid', 'power.draw'],
  missingFields: [],
  intervalMs: 200,
  rows: 300,
  restarts: 0,
  events: [],
  gaveUp: null,
  ...over,
})

/** All telemetry of the card for a run of one trial. */
export const makeTelemetry = (over: Partial<GpuTelemetry> = {}): GpuTelemetry => ({
  sampler: makeSampler(),
  before: makeCardsSnapshot(),
  after: makeCardsSnapshot({ atMs: 90_000 }),
  counter: { state: 'ok' },
  idle: { startMs: null, endMs: null, powerW: null, pstates: [], reason: 'the scenario sets no trial.idleSeconds' },
  trials: [makeCardTrial()],
  ...over,
})
