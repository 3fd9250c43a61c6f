import { withCardValues } from '../energy/card-trials.ts'
import { outsideCoolDowns } from '../energy/cool-down-samples.ts'
import { withReadClock } from '../energy/locked-clock.ts'
import { powerCeilings } from '../energy/plausible.ts'
import { withWallValues } from '../energy/wall/wall-values.ts'
import { evaluateGates } from '../gates/evaluate.ts'
import { isQuotable } from '../gates/quotable.ts'
import { findDrift } from '../metrics/drift.ts'
import { headlineMetric } from '../metrics/headline.ts'
import { resultOf } from '../metrics/result.ts'
import { intervalRule, isCertain } from '../metrics/stopping.ts'
import { clientTokensOf, countingOf } from '../metrics/trial/client-tokens.ts'
import { serverTrialOf } from '../metrics/trial/server-trial.ts'
import { trialOf } from '../metrics/trial/trial.ts'
import { withoutUnsentPace } from '../metrics/trial/unsent-tokens.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import { reasonOf } from '../record/measured.ts'
import { canonicalSha256 } from '../record/provenance.ts'
import { RequestTable } from '../record/request-table.ts'
import type { GpuRow } from '../record/rows.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { ClientTokens } from '../record/schema/server.ts'
import type { CardTrial, GpuTelemetry } from '../record/schema/telemetry.ts'
import type { TextTrial, Trial } from '../record/schema/trial.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { REDACTED } from './redaction/redact-text.ts'
import { scrapesFrom } from './server-readings.ts'
import type { RunRows, TrialRows } from './trial-rows.ts'

/** The derived values of a record. */
export type Recomputed = Pick<RunRecord, 'scenarioSha256' | 'trials' | 'result' | 'converged' | 'gates' | 'quotable'> &
  Partial<Pick<RunRecord, 'drift' | 'telemetry' | 'wall' | 'setting'>>

/**
 * Recomputes every value and gate of a run from its rows, by the functions that made them. Some inputs are in no row and
 * are taken from the record: times of the trials, measurements of the client itself (`trials[].client`), reasons of failed
 * scrapes, the config line of a training command, cool-downs, and the inventory. The signature covers these.
 */
export function recompute(record: RunRecord, rows: RunRows): Recomputed {
  const own = record.trials.map((trial, place) => trialAgain(record, trial, record.trials[place - 1], rows))
  const { trials, ...wall } = wallAgain(record, own, rows)
  const isVoid = record.oom !== undefined || trials.length === 0
  const result = isVoid ? {} : resultOf(trials, intervalRule(trials.length, record.trialBounds))
  const converged = isVoid ? null : isCertain(result[headlineMetric(record.scenario)], record.scenario.certainty.target)
  const drift = record.drift ? { drift: driftAgain(record, trials, rows) } : {}
  const cards = { ...telemetryAgain(record, trials, rows), ...settingAgain(record, trials, rows) }
  const values = { trials, result, converged, ...drift, ...cards, ...wall }
  const gates = evaluateGates({ ...record, ...values })
  return {
    ...values,
    scenarioSha256: canonicalSha256(record.scenario),
    gates,
    quotable: isQuotable({ ...record, gates }),
  }
}

function driftAgain(record: RunRecord, trials: readonly Trial[], rows: RunRows): RunRecord['drift'] {
  const tokens = [...rows.trials.values()].flatMap((trial) => trial.tokens)
  const correlatedBlocks = record.trialBounds?.effectiveTrials === true
  return findDrift(trialsOfKind(trials, 'text'), tokens, { correlatedBlocks })
}

/** A run that failed during measurement has no values of its server either. */
function wallAgain(record: RunRecord, trials: readonly Trial[], rows: RunRows): Pick<Recomputed, 'trials' | 'wall'> {
  const { wall } = record
  const wasComputed = record.trials.some((trial) => trial.wall !== undefined)
  if (wall === undefined || (record.status === 'failed' && !wasComputed)) return { trials: [...trials] }
  const { wallRows, gpuRows } = rows
  return withWallValues(
    { wall, trials, idle: record.telemetry?.idle ?? null },
    { wallRows, gpuRows, servingUuids: servingUuids(record.gpus), ceilings: powerCeilings(record.gpus) },
  )
}

/** A run that failed during measurement has no card values. */
function telemetryAgain(record: RunRecord, trials: readonly Trial[], rows: RunRows): Pick<Recomputed, 'telemetry'> {
  const { telemetry } = record
  if (telemetry === undefined || (record.status === 'failed' && telemetry.trials.length === 0)) return {}
  const { gpuRows, counterRows } = rows
  const again = withCardValues(telemetry, trials, {
    gpuRows,
    counterRows,
    servingUuids: servingUuids(record.gpus),
    ceilings: powerCeilings(record.gpus),
  })
  return { telemetry: { ...again, trials: again.trials.map((trial) => asKept(trial, telemetry)) } }
}

/** The clock that locked cards ran at. A run that failed during measurement, and an early record, have none. */
function settingAgain(
  { setting, telemetry, status, gpus }: RunRecord,
  trials: readonly Trial[],
  { gpuRows }: RunRows,
): Pick<Recomputed, 'setting'> {
  const wasRead = telemetry !== undefined && (status !== 'failed' || telemetry.trials.length > 0)
  if (setting?.smClockMHz?.locked === undefined || !wasRead) return {}
  return { setting: withReadClock(setting, { gpuRows, servingUuids: servingUuids(gpus), trials }) }
}

/** Early records lack the loads of the cards and the energy by `power.draw.instant`, and stay valid without them. */
function asKept(again: CardTrial, stored: GpuTelemetry): CardTrial {
  const kept = stored.trials.find(({ trial }) => trial === again.trial)
  if (kept === undefined) return again
  const { instantEnergyJ: _, instantApart: __, ...rest } = again
  const trial = kept.instantEnergyJ === undefined ? rest : again
  if ('reason' in trial.window || 'reason' in kept.window || kept.window.cards !== undefined) return trial
  const { cards: ___, ...window } = trial.window
  return { ...trial, window }
}

function trialAgain(record: RunRecord, stored: Trial, before: Trial | undefined, rows: RunRows): Trial {
  const { requests, tokens, gaps, steps, serverRows } = rows.trials.get(stored.index) ?? withoutRows()
  const again = withKeptFailures(
    record,
    stored,
    trialOf(record.scenario, {
      index: stored.index,
      startMs: stored.startMs,
      sendUntilMs: stored.sendUntilMs,
      endMs: stored.endMs,
      requests,
      tokens,
      gaps,
      steps,
      gpuRows: outsideCoolDowns(samplesOf(stored, before, rows.gpuRows), record.coolDowns ?? []),
      servingUuids: servingUuids(record.gpus),
      ceilings: powerCeilings(record.gpus),
      gpuReason: record.gpusReason ?? null,
      client: stored.client,
      definitions: record.metricDefinitions ?? 1,
    }),
  )
  if (again.kind !== 'text' || stored.kind !== 'text') return { ...again, ...kept(stored) }
  // early records lack these values and stay valid without them
  const { sloShare, sendsInWindow, lengths, sessions, ...always } = again
  const wasAsked = stored.server !== undefined || serverRows.length > 0
  // the reason of a failed scrape is in no row; it is taken from the record
  const scrapes = scrapesFrom(serverRows, stored.server ? reasonOf(stored.server.generationTokens) : null)
  const { scenario } = record
  const countsAgain = clientTokensOf(requests, tokens, countingOf(scenario))
  const counted: TextTrial = {
    ...always,
    ...(stored.sloShare === undefined || sloShare === undefined ? {} : { sloShare }),
    ...(stored.sendsInWindow === undefined || sendsInWindow === undefined ? {} : { sendsInWindow }),
    ...(stored.lengths === undefined || lengths === undefined ? {} : { lengths }),
    ...(stored.sessions === undefined || sessions === undefined ? {} : { sessions }),
    ...(stored.clientTokens ? { clientTokens: countsAsKept(stored.clientTokens, countsAgain) } : {}),
    ...(wasAsked ? { server: serverTrialOf(scrapes, record.endpoint.engine) } : {}),
    ...kept(stored),
  }
  return withoutUnsentPace(counted, scenario.kind === 'text' ? scenario.slo : undefined)
}

/** Early records lack the messages of failures. A redacted copy has none: all failures of a kind have one text. */
function withKeptFailures(record: RunRecord, stored: Trial, again: Trial): Trial {
  const { failures, ...rest } = again
  if (stored.failures === undefined || failures === undefined) return rest as Trial
  if (!record.redacted) return again
  const kinds = Object.keys(failures).map((kind) => [kind, { message: REDACTED, requests: again.outcomes[kind] ?? 0 }])
  return { ...again, failures: Object.fromEntries(kinds) }
}

/** Early records do not count the requests of other lengths. */
function countsAsKept(stored: ClientTokens, again: ClientTokens): ClientTokens {
  const { promptsApart: _, answersApart: __, ...always } = again
  return stored.promptsApart === undefined ? always : again
}

const kept = (stored: Trial): Pick<Trial, 'gpuRows'> =>
  stored.gpuRows === undefined ? {} : { gpuRows: stored.gpuRows }

const withoutRows = (): TrialRows => ({
  requests: new RequestTable(),
  tokens: [],
  gaps: [],
  steps: [],
  serverRows: [],
})

/** The samples that a trial's values were computed from: those present at its end, without those of earlier trials. */
function samplesOf(stored: Trial, before: Trial | undefined, all: readonly GpuRow[]): GpuRow[] {
  const present = all.slice(0, stored.gpuRows ?? all.length)
  if (before === undefined) return present
  const fresh = before.gpuRows ?? 0
  return present.filter((row, place) => place >= fresh || row.timeMs >= before.endMs)
}
