import { boxFindings } from '../../harness/box/findings.ts'
import type { MeasuredBox } from '../../harness/box/measure/measure-box.ts'
import type { BoxCard, BoxPlan } from '../../harness/box/plan/box-plan.ts'
import { planMinutes } from '../../harness/box/plan/plan-minutes.ts'
import { exitCodes } from '../../harness/errors.ts'
import { servingUuids } from '../../harness/physics/serving-gpus.ts'
import { withVerdict, writeAcceptance } from '../../harness/record/acceptance-file.ts'
import { readAll, readHistory, type StoredRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import type { Check } from '../../harness/telemetry/doctor/check.ts'
import { isSideBySide } from '../../harness/verdict/side-by-side.ts'
import { acceptance } from '../../reports/box/acceptance.ts'
import type { EarlierRun } from '../../reports/box/references.ts'
import { restartLines } from '../../reports/box/restart-lines.ts'
import type { BoxResult } from '../../reports/box/result/box-result.ts'
import { boxResult } from '../../reports/box/result/judge-box.ts'
import { boxResultJson, exitCodeOf, keptVerdict } from '../../reports/box/result/use-result.ts'
import { verdictText } from '../../reports/box/verdict-text.ts'
import { buildReport } from '../../reports/build.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import { configuredMoney } from '../support/config.ts'
import type { CommandIo } from '../support/io.ts'

/** What a verdict on a box is made of. */
export interface Judged {
  readonly plan: BoxPlan
  readonly measured: MeasuredBox
  /** Of the doctor and the preflight. */
  readonly checks: readonly Check[]
  /** Runs of before with the verdicts on their servers. */
  readonly earlier: readonly EarlierRun[]
  readonly isInterrupted: boolean
  /** One document on stdout instead of the report. */
  readonly json: boolean
}

/**
 * Prints the report of a box and the verdict on it, and keeps the verdict beside its runs. 0 accepted, 1 rejected, 3 where
 * nothing could be judged or one cause ended it, 130 interrupted.
 */
export async function judgeBox(judged: Judged, io: CommandIo): Promise<number> {
  const { plan, measured, checks, isInterrupted, json } = judged
  const { state, ends } = measured
  const { runs, unreadable } = await readAll(state.steps.flatMap((step) => step.runs))
  for (const why of unreadable) io.stderr.write(`not part of the verdict: ${why}\n`)
  const records = runs.map(({ record }) => record)
  const earlier = judged.earlier.filter(({ record }) => !records.some(({ id }) => id === record.id))
  const { starting, measuring } = planMinutes(plan)
  const result = boxResult({
    cards: plan.cards,
    records,
    earlier,
    outcomes: state.steps,
    leftOut: plan.leftOut,
    checks,
    findingsOf: boxFindings,
    ends,
    unreadable,
    plannedMinutes: starting + measuring,
    at: new Date(),
  })
  if (json) io.stdout(boxResultJson(result))
  else printReport(judged, records, earlier, io)
  if (isInterrupted) return exitCodes.interrupted
  if (ends !== null) io.stderr.write(`not measured: ${ends}\n`)
  await keepVerdicts(runs, result, io.env)
  return exitCodeOf(result)
}

/** The report of the runs, and the figures of each card, alone and with other cards under load, against their bands. */
function printReport(
  { plan, measured, checks }: Judged,
  records: readonly RunRecord[],
  earlier: readonly EarlierRun[],
  io: CommandIo,
): void {
  if (records.length > 0) {
    const report = buildReport(records, { money: configuredMoney(io), boxFindings })
    io.stdout(renderTerminal(report, { color: io.color }))
  }
  for (const line of restartLines(records)) io.stdout(`${line}\n`)
  for (const card of plan.cards) {
    const mine = records.filter(({ gpus }) => servingUuids(gpus).includes(card.uuid))
    const groups = [false, true].map((beside) => mine.filter((run) => isSideBySide(run) === beside))
    const lines = groups.flatMap((group) => acceptance(group, earlier, checks))
    const without = measured.state.steps
      .filter(({ outcome, cards, runs }) => outcome !== 'done' && runs.length === 0 && cards.includes(card.uuid))
      .map(({ name, reason }) => ({ name, reason: reason ?? 'no record' }))
    io.stdout(verdictText(cardName(card, plan), lines, without))
  }
}

const cardName = ({ index, entry }: BoxCard, { cards }: BoxPlan): string =>
  cards.length === 1 ? entry.label : `GPU ${index}, ${entry.label}`

/** The runs of these folders with the verdicts on their servers; what cannot be read is said and skipped. */
export async function earlierRuns(folders: readonly string[], io: CommandIo): Promise<EarlierRun[]> {
  const histories = await Promise.all(folders.map(readHistory))
  const judged = await Promise.all(histories.flatMap(({ runs }) => runs.map(withVerdict)))
  const problems = [
    ...histories.flatMap(({ unreadable }) => unreadable),
    ...judged.flatMap(({ invalid }) => invalid ?? []),
  ]
  for (const why of problems) io.stderr.write(`skipped in the history of this card: ${why}\n`)
  return judged
}

/** Writes the verdict on its cards beside each run, for later servers; nothing where they could not be judged. */
async function keepVerdicts(runs: readonly StoredRun[], result: BoxResult, env: NodeJS.ProcessEnv): Promise<void> {
  const key = loadKey(env)
  const at = new Date()
  const kept = runs.flatMap((run) => {
    const verdict = keptVerdict(result, run.record)
    return verdict === null ? [] : [{ run, verdict }]
  })
  await Promise.all(
    kept.map(({ run, verdict }) => writeAcceptance(run, { ...verdict, failed: [...verdict.failed], at }, key)),
  )
}
