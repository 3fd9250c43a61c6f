import { withCardValues } from '../../energy/card-trials.ts'
import { withReadClock } from '../../energy/locked-clock.ts'
import { powerCeilings } from '../../energy/plausible.ts'
import { withWallValues } from '../../energy/wall/wall-values.ts'
import { resultOf } from '../../metrics/result.ts'
import { intervalRule } from '../../metrics/stopping.ts'
import { servingUuids } from '../../physics/serving-gpus.ts'
import { readRows } from '../../record/read.ts'
import type { RunRecord } from '../../record/schema/run.ts'

/** The record with more of what the samples in the folder of its run say. Throws where a file cannot be read. */
type AddValues = (directory: string, record: RunRecord) => Promise<RunRecord>

async function withCardsOf(directory: string, record: RunRecord): Promise<RunRecord> {
  const { telemetry, trials, gpus } = record
  if (telemetry === undefined) return record
  const files = {
    gpuRows: await readRows(directory, 'gpu.csv'),
    counterRows: await readRows(directory, 'counter.csv'),
    servingUuids: servingUuids(gpus),
    ceilings: powerCeilings(gpus),
  }
  return { ...record, telemetry: withCardValues(telemetry, trials, files) }
}

async function withClockOf(directory: string, record: RunRecord): Promise<RunRecord> {
  const { setting, gpus, trials } = record
  if (setting?.smClockMHz === undefined) return record
  const gpuRows = await readRows(directory, 'gpu.csv')
  return { ...record, setting: withReadClock(setting, { gpuRows, servingUuids: servingUuids(gpus), trials }) }
}

async function withWallOf(directory: string, record: RunRecord): Promise<RunRecord> {
  if (!record.wall) return record
  const { wall, trials } = withWallValues(
    { wall: record.wall, trials: record.trials, idle: record.telemetry?.idle ?? null },
    {
      wallRows: await readRows(directory, 'wall.csv'),
      gpuRows: await readRows(directory, 'gpu.csv'),
      servingUuids: servingUuids(record.gpus),
      ceilings: powerCeilings(record.gpus),
    },
  )
  const isVoid = record.oom !== undefined || trials.length === 0
  const result = isVoid ? record.result : resultOf(trials, intervalRule(trials.length, record.trialBounds))
  return { ...record, wall, trials, result }
}

/**
 * In this order: energy and state of the cards in each trial, the clock that was read under load, and the energy of CPUs and
 * server with their metrics. Each is kept before the next is tried.
 */
export const measuredValues: readonly AddValues[] = [withCardsOf, withClockOf, withWallOf]
