import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { LoadDriver, PhaseEnd } from '../load/driver.ts'
import type { ClientStats, Phase } from '../load/protocol.ts'
import { emptyGaps } from '../record/gap-buckets.ts'
import type { GpuRow } from '../record/rows.ts'
import type { Gpu } from '../record/schema/gpu.ts'
import type { Prepared } from '../run/prepare.ts'
import { silentProgress } from '../run/progress.ts'
import type { RunOptions } from '../run/run-options.ts'
import { scenarioSchema } from '../scenario/schema.ts'
import { unknownEndpoint, type WorkListener } from '../workloads/workload.ts'
import { closedLoopRows, gpuRow } from './rows.ts'
import { steppedClock } from './stepped-clock.ts'

/** Deviations of a fake run from a healthy one. */
export interface FakeRun {
  readonly scenario?: object
  readonly prepared?: Partial<Prepared>
  readonly options?: Partial<RunOptions>
  /** Called in each phase of load; throws to make the load fail. */
  readonly onPhase?: (phase: Phase) => Partial<PhaseEnd> | undefined
  /** The sample of the card for each 50 ms; null for none. */
  readonly sample?: (at: SampleTime) => GpuRow | null
}

/** When a sample is taken: on the run's clock, in the phase of load that runs, or after the last one ended. */
export interface SampleTime {
  readonly timeMs: number
  readonly phase: Phase | null
  readonly lastPhase: Phase | null
}

const SAMPLE_GRID_MS = 50
export const STREAMS = 3
/** Three workers, the second of them short of CPU. */
const workers: readonly ClientStats[] = [0.1, 0.9, 0.2].map((share) => ({
  eventLoopDelayP99Ms: share * 10,
  cpuMs: share * 1000,
  wallMs: 1000,
  lateSends: 0,
  dropped: 0,
  replaced: 0,
  contentEvents: 1000,
  sharedStamps: 0,
}))

/** 50 W and 50 °C idle, 300 W and 60 °C under load, five times per second. */
export function steadyCard({ timeMs, phase }: SampleTime): GpuRow | null {
  if (timeMs % 200 !== 0) return null
  return gpuRow(
    timeMs,
    phase ? { powerW: 300, temperatureC: 60 } : { powerW: 50, temperatureC: 50, utilizationGpuPct: 0 },
  )
}

/**
 * A run without a process, a socket or a wait: a load of three workers, a card and a server that are functions of a
 * clock which steps from sleep to sleep. `run(prepared, options, null)` in a temporary folder.
 */
export function fakeRun(over: FakeRun = {}): { prepared: Prepared; options: RunOptions } {
  const world = { phase: null as Phase | null, lastPhase: null as Phase | null, sampledMs: 0 }
  let onRow: (row: GpuRow) => void = () => {}
  const clock = steppedClock((nowMs) => {
    for (; world.sampledMs <= nowMs; world.sampledMs += SAMPLE_GRID_MS) {
      const row = (over.sample ?? steadyCard)({
        timeMs: world.sampledMs,
        phase: world.phase,
        lastPhase: world.lastPhase,
      })
      if (row) onRow(row)
    }
  })
  const scenario = scenarioSchema.parse({
    name: 'fake',
    title: 'A fake run',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: STREAMS, rampSeconds: 0 },
    prompt: { tokens: 512 },
    output: { tokens: 100 },
    trial: { seconds: 8, warmupSeconds: 1, quietSeconds: 1, idleSeconds: 20 },
    certainty: { target: 0.02, minTrials: 3, maxTrials: 3 },
    ...over.scenario,
  })
  const prepared: Prepared = {
    telemetry: {
      gpus: [gpu],
      reason: null,
      warnings: [],
      fingerprint: null,
      watch: async (options) => {
        onRow = options.onRow
        return { stop: async () => watched }
      },
    },
    gpus: [gpu],
    card: { key: 'rtx-4090', name: gpu.name },
    scenario,
    endpoint: { ...unknownEndpoint('http://127.0.0.1:8000'), engine: 'vllm' },
    simulatedBy: null,
    workload: {
      address: null,
      endpoint: unknownEndpoint('http://127.0.0.1:8000'),
      simulatedBy: null,
      command: null,
      oom: null,
      start: async (_, listener) => fakeLoad({ clock, listener, world, onPhase: over.onPhase ?? (() => undefined) }),
    },
    ...over.prepared,
  }
  const never = new AbortController().signal
  const options: RunOptions = {
    clock,
    endpoint: 'http://127.0.0.1:8000',
    apiKey: null,
    nvidiaSmi: null,
    outDir: mkdtempSync(join(tmpdir(), 'fake-run-')),
    card: null,
    gpus: [],
    trials: null,
    workers: STREAMS,
    calibrate: false,
    tool: { name: 'joulemark', version: '0.0.0', commit: null, node: process.version },
    progress: silentProgress,
    drain: never,
    abort: never,
    ...over.options,
  }
  return { prepared, options }
}

interface FakeLoad {
  readonly clock: Clock
  readonly listener: WorkListener
  readonly world: { phase: Phase | null; lastPhase: Phase | null }
  readonly onPhase: NonNullable<FakeRun['onPhase']>
}

/** Requests of a second each on every stream, for as long as the phase sends; each worker reports its own. */
function fakeLoad({ clock, listener, world, onPhase }: FakeLoad): LoadDriver {
  return {
    async runPhase(phase) {
      world.phase = phase
      const special = onPhase(phase)
      await clock.sleep(phase.sendUntilMs - clock.nowMs())
      const rows = closedLoopRows(STREAMS, phase.startMs, phase.sendUntilMs - 1000, 1000)
      if (phase.trial >= 0) {
        for (let worker = 0; worker < STREAMS; worker += 1) {
          const own = rows.filter((_, index) => index % STREAMS === worker)
          listener.onRows(
            own.map((row) => ({ ...row, trial: phase.trial, worker })),
            own.map((row) => [Math.floor((row.lastTokenMs as number) / 20), 100] as const),
          )
        }
      }
      world.phase = null
      world.lastPhase = phase
      return { stats: workers, gaps: emptyGaps(), simulated: false, fingerprint: null, ...special }
    },
    stopSending() {},
    abort() {},
    close: async () => {},
  }
}

const gpu: Gpu = {
  index: 0,
  uuid: 'GPU-a',
  name: 'NVIDIA GeForce RTX 4090',
  driver: '580.95.05',
  vbios: null,
  powerLimitW: 450,
  powerDefaultLimitW: 450,
  memoryTotalMiB: 24_564,
  memoryReservedMiB: null,
  eccMode: null,
  persistenceMode: null,
  pcie: { genCurrent: 4, genMax: 4, widthCurrent: 16, widthMax: 16 },
  maxSmClockMHz: null,
  maxMemClockMHz: null,
  serving: true,
}

const watched = {
  sampler: null,
  samplerReason: 'a fake run has no sampler statistics',
  before: { atMs: 0, health: [], processes: null },
  after: { atMs: 0, health: [], processes: null },
  counter: { state: 'no-library' },
}
