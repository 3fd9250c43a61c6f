import { join, resolve } from 'node:path'
import { boxFindings } from '../../harness/box/findings.ts'
import type { MeasuredBox } from '../../harness/box/measure/measure-box.ts'
import type { BoxPlan } from '../../harness/box/plan/box-plan.ts'
import { planMinutes } from '../../harness/box/plan/plan-minutes.ts'
import { exitCodes } from '../../harness/errors.ts'
import { shellWord } from '../../harness/plain-text.ts'
import { withVerdict, writeAcceptance } from '../../harness/record/acceptance-file.ts'
import { DiskError } from '../../harness/record/disk/disk-error.ts'
import { replaceFile } from '../../harness/record/json-file.ts'
import { readAll, readHistory, readRows, type StoredRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import { SOAK_FILE } from '../../harness/record/soak/soak-file.ts'
import type { Check } from '../../harness/telemetry/doctor/check.ts'
import { counted } from '../../harness/units.ts'
import { type CardSeries, cardSeries } from '../../reports/box/page/night-series.ts'
import { serverPage } from '../../reports/box/page/page.ts'
import type { EarlierRun } from '../../reports/box/references.ts'
import { restartLines } from '../../reports/box/restart-lines.ts'
import type { BoxResult } from '../../reports/box/result/box-result.ts'
import { boxResult } from '../../reports/box/result/judge-box.ts'
import type { Soaked } from '../../reports/box/result/soaked.ts'
import { boxResultJson, exitCodeOf, keptVerdict } from '../../reports/box/result/use-result.ts'
import type { JoinedLink } from '../../reports/box/siblings/joined-links.ts'
import { resultText, type WrittenFile } from '../../reports/box/text/result-text.ts'
import { buildReport } from '../../reports/build.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import type { NextCommand } from '../../reports/run-answer/next.ts'
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
  /** What became of the soak after the night; absent where none was asked for. */
  readonly soak?: Soaked
  /** Whether the checks took a server out of the plan that may be measured once its cause is gone. */
  readonly isCut: boolean
  readonly isInterrupted: boolean
  readonly flags: {
    readonly out: string
    /** One document on stdout instead of text. */
    readonly json?: boolean
    readonly verbose?: boolean
  }
}

/** The document and the page of a night, in the folder of its runs. */
const DOCUMENT = 'box-result.json'
const PAGE = 'box.html'

/**
 * Prints the verdict on a box, keeps it beside its runs, and writes its document and its page. 0 accepted, 1 rejected, 3 not
 * measured, 130 interrupted, which has no verdict yet.
 */
export async function judgeBox(judged: Judged, io: CommandIo): Promise<number> {
  const { plan, measured, checks, isInterrupted, flags } = judged
  const { state, ends } = measured
  const { runs, unreadable } = await readAll(state.steps.flatMap((step) => step.runs))
  for (const why of unreadable) io.stderr.write(`not part of the verdict: ${why}\n`)
  const records = runs.map(({ record }) => record)
  const { starting, measuring } = planMinutes(plan)
  const result = boxResult({
    cards: plan.cards,
    records,
    earlier: judged.earlier.filter(({ record }) => !records.some(({ id }) => id === record.id)),
    outcomes: state.steps,
    leftOut: plan.leftOut,
    checks,
    findingsOf: boxFindings,
    ...(judged.soak === undefined ? {} : { soak: judged.soak }),
    ends,
    unreadable,
    joinedLinks: linksOf(plan),
    plannedMinutes: starting + measuring,
    at: new Date(),
  })
  const document = boxResultJson(result)
  if (isInterrupted) {
    const done = state.steps.filter(({ outcome }) => outcome === 'done').length
    io.stderr.write(`interrupted: ${counted(done, 'run')} done; the same command with --resume goes on\n`)
    if (flags.json) io.stdout(document)
    return exitCodes.interrupted
  }
  const kept = await keptResult({ runs, result, document, out: flags.out }, io)
  const certificate =
    judged.soak === undefined || 'reason' in judged.soak
      ? []
      : [{ what: 'burn-in certificate', path: join(flags.out, SOAK_FILE) }]
  const files = [...kept, ...certificate, { what: 'log', path: join(flags.out, 'box.log') }]
  if (flags.json) io.stdout(document)
  else
    io.stdout(
      resultText(result, {
        files,
        verbose: flags.verbose ?? false,
        next: nextAfter(result, flags.out, mayGoOn(judged)),
        terminal: io,
      }),
    )
  if (flags.verbose && !flags.json) printReport(records, io)
  return kept.length > 0 ? exitCodeOf(result) : exitCodes.environmentFailed
}

/**
 * Whether `--resume` has something to measure: a step that failed or was not begun, or a soak that was not begun. What is done
 * is kept, so a night without such a step would only repeat its verdict.
 */
export const mayGoOn = ({ measured, isCut, soak }: Pick<Judged, 'measured' | 'isCut' | 'soak'>): boolean =>
  measured.ends !== null ||
  isCut ||
  measured.state.steps.some(({ outcome }) => outcome !== 'done') ||
  (soak !== undefined && 'reason' in soak)

/** What is useful after a verdict: a quote, the proof for the seller, or what is still to be measured, in this folder or anew. */
export function nextAfter({ verdict, wouldBe }: BoxResult, out: string, goesOn: boolean): NextCommand {
  const place = shellWord(out)
  if (wouldBe !== null) return { command: `report ${place} --format html`, does: 'the runs on a page' }
  if (verdict === 'accepted') return { command: `quote ${place} --customer NAME`, does: 'an offer from these runs' }
  if (verdict === 'rejected') return { command: `bundle ${place}`, does: 'the proof, for the seller of the server' }
  if (goesOn) return { command: `box --resume --out ${place}`, does: 'goes on when the cause is gone' }
  // `.` has no name of its own to add to
  const again = `${resolve(out) === process.cwd() ? resolve(out) : out.replace(/\/+$/, '')}-2`
  const does = 'measures again when the cause is gone: every run here is done'
  return { command: `box --out ${shellWord(again)}`, does }
}

interface Kept {
  readonly runs: readonly StoredRun[]
  readonly result: BoxResult
  readonly document: string
  readonly out: string
}

/** Writes the document and the page of a night, and the verdict beside its runs. A disk that takes no more is said, and nothing is kept. */
async function keptResult({ runs, result, document, out }: Kept, io: CommandIo): Promise<WrittenFile[]> {
  const [path, page] = [join(out, DOCUMENT), join(out, PAGE)]
  try {
    replaceFile(path, document)
    replaceFile(page, serverPage(result, await nightOf(runs)))
    await keepVerdicts(runs, result, io.env)
    return [
      { what: 'page', path: page },
      { what: 'document', path },
    ]
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    io.stderr.write(`the verdict is not kept: ${error.message}\n`)
    return []
  }
}

/** What connects the cards of each server over several cards. */
const linksOf = ({ stages }: BoxPlan): JoinedLink[] =>
  stages.flatMap(({ servers }) =>
    servers.flatMap(({ cards, link }) =>
      link === undefined || 'reason' in link ? [] : [{ cards: cards.map(({ uuid }) => uuid), ...link }],
    ),
  )

/** Power and temperature of every run; one run is in memory at a time. */
async function nightOf(runs: readonly StoredRun[]): Promise<CardSeries[]> {
  const series: CardSeries[] = []
  for (const { directory, record } of runs) series.push(...cardSeries(record, await readRows(directory, 'gpu.csv')))
  return series
}

/** The report of the runs, and by how much starts of a server differed. */
function printReport(records: readonly RunRecord[], io: CommandIo): void {
  if (records.length === 0) return
  const report = buildReport(records, { money: configuredMoney(io), boxFindings })
  io.stdout(renderTerminal(report, { color: io.color }))
  for (const line of restartLines(records)) io.stdout(`${line}\n`)
}

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
