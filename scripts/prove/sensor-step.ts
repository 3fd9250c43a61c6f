import { type Clock, sleepUnlessAborted } from '../../harness/clock.ts'
import type { CounterReading } from '../../harness/energy/sensor/phase-energy.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import type { ProofLengths } from '../../harness/prove/budget.ts'
import type { SensorSamples } from '../../harness/prove/sensor-findings.ts'
import type { GpuRow } from '../../harness/record/rows.ts'
import { type EnergyCounter, openEnergyCounter } from '../../harness/telemetry/nvml/counter.ts'
import { startSampler } from '../../harness/telemetry/sampler/sampler.ts'
import type { StartLoop } from '../../harness/telemetry/sampler/smi-loop.ts'
import type { SmiExec } from '../../harness/telemetry/smi/exec.ts'
import type { Edge, LoadPattern, LoadStage } from './stage.ts'

export interface SensorStep {
  readonly stage: LoadStage
  readonly nvidiaSmi: string
  readonly uuid: string
  readonly lengths: ProofLengths
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Replaced by tests. */
  readonly openCounter?: typeof openEnergyCounter
  readonly startLoop?: StartLoop
  readonly exec?: SmiExec
}

/** Much shorter than the update period of a sensor, so that each change is dated closely. */
const INTERVAL_MS = 20
/** After a step of the load: the mean of the sensor, its delay, and the clocks of the card follow. */
const SETTLE_MS = 3000
/** A load and its samples go on for so long after a phase, because a reading is about the time before it. */
const TRAIL_MS = 1500

/**
 * Samples one card while it is idle, under a steady load, and under one that is switched on and off, and reads its energy counter
 * at the edges of each. Throws `environment` where nvidia-smi or the load fails; what an interrupt leaves is returned.
 */
export async function sampleSensor(step: SensorStep): Promise<SensorSamples> {
  const { clock, uuid, lengths, signal } = step
  const originMs = clock.nowMs()
  const rows: GpuRow[] = []
  const phases: SensorSamples['phases'][number][] = []
  const counter = await counterOf(step)
  const sampler = await startSampler({
    nvidiaSmi: step.nvidiaSmi,
    intervalMs: INTERVAL_MS,
    uuids: [uuid],
    ...{ clock, originMs, signal },
    onRow: (row) => rows.push(row),
    ...(step.startLoop ? { startLoop: step.startLoop } : {}),
    ...(step.exec ? { exec: step.exec } : {}),
  })
  const nowMs = () => clock.nowMs() - originMs
  const read = async (): Promise<CounterReading | null> => {
    const askedMs = nowMs()
    const result = (await counter.opened?.read()) ?? null
    const energyMj = result?.state === 'ok' ? result.energyMj[uuid] : undefined
    return energyMj === undefined ? null : { timeMs: (askedMs + nowMs()) / 2, energyMj }
  }
  /** A phase of a length in s, between two readings of the counter. */
  const phase = async (id: 'idle' | 'steady', seconds: number): Promise<void> => {
    const before = await read()
    const startMs = nowMs()
    if (!(await sleepUnlessAborted(clock, seconds * 1000, signal))) return
    const endMs = nowMs()
    phases.push({ id, span: { startMs, endMs }, before, after: await read() })
  }
  const on: { startMs: number; endMs: number }[] = []
  try {
    await phase('idle', lengths.idleS)
    await sleepUnlessAborted(clock, TRAIL_MS, signal)
    await steadily(step, () => phase('steady', lengths.steadyS))
    if (await sleepUnlessAborted(clock, SETTLE_MS, signal)) {
      const pattern = {
        kind: 'square',
        seconds: (lengths.periods * lengths.periodMs) / 1000,
        periodMs: lengths.periodMs,
      } as const
      const square = await switched(step, pattern, { on, originMs, read })
      if (square !== null) phases.push(square)
      await sleepUnlessAborted(clock, TRAIL_MS, signal)
    }
  } finally {
    await sampler.stop()
    counter.opened?.close()
  }
  return { uuid, rows, phases, on, counterReason: counter.reason }
}

/** Plays a steady load for as long as `during` takes, once it is on and has settled. */
async function steadily({ stage, clock, lengths, signal }: SensorStep, during: () => Promise<void>): Promise<void> {
  if (signal.aborted) return
  const started = Promise.withResolvers<void>()
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  // it ends by itself long after it is needed
  const seconds = lengths.steadyS + (4 * SETTLE_MS) / 1000
  const playing = stage.play({ kind: 'steady', seconds }, ({ on }) => on && started.resolve(), either)
  const ended = playing.then(() => {
    throw new JoulemarkError('environment', 'the load ended before it was to end')
  })
  ended.catch(() => undefined)
  try {
    await Promise.race([started.promise, ended])
    if (await sleepUnlessAborted(clock, SETTLE_MS, signal)) await Promise.race([during(), ended])
    await sleepUnlessAborted(clock, TRAIL_MS, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    stop.abort()
    await playing.catch(() => undefined)
  }
}

interface SwitchedPhase {
  /** Filled with the spans in which the load was on. */
  readonly on: { startMs: number; endMs: number }[]
  readonly originMs: number
  readonly read: () => Promise<CounterReading | null>
}

/** Plays a switched load: whole periods from its second edge to its last one, with the counter read at both. */
async function switched(
  { stage, signal }: SensorStep,
  pattern: Extract<LoadPattern, { kind: 'square' }>,
  { on, originMs, read }: SwitchedPhase,
): Promise<SensorSamples['phases'][number] | null> {
  const readings: Promise<CounterReading | null>[] = []
  const rises: number[] = []
  const onEdge = (edge: Edge): void => {
    const timeMs = edge.timeMs - originMs
    if (edge.on) {
      rises.push(timeMs)
      readings.push(read())
      on.push({ startMs: timeMs, endMs: Number.POSITIVE_INFINITY })
      return
    }
    const last = on.at(-1)
    if (last !== undefined) last.endMs = timeMs
  }
  await stage.play(pattern, onEdge, signal)
  const last = on.at(-1)
  if (last !== undefined && !Number.isFinite(last.endMs)) on.pop()
  const [, startMs] = rises
  const endMs = rises.at(-1)
  if (startMs === undefined || endMs === undefined || endMs <= startMs) return null
  const [, before, ...others] = await Promise.all(readings)
  return { id: 'square', span: { startMs, endMs }, before: before ?? null, after: others.at(-1) ?? null }
}

/** The energy counter of the card, or why there is none. */
async function counterOf({
  stage,
  uuid,
  openCounter = openEnergyCounter,
}: SensorStep): Promise<{ readonly opened: EnergyCounter | null; readonly reason: string | null }> {
  if (!stage.hasCounter) return { opened: null, reason: 'the simulator has no energy counter' }
  const { counter, first } = await openCounter({ uuids: [uuid] })
  const absent = first.state === 'ok' ? first.without?.[uuid] : first
  if (absent === undefined) return { opened: counter, reason: null }
  counter.close()
  return { opened: null, reason: absent.reason }
}
