import { dirname, join, resolve } from 'node:path'
import { systemClock } from '../../harness/clock.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { gatesAgainst } from '../../harness/gates/quotable.ts'
import { plainText, shellWord } from '../../harness/plain-text.ts'
import {
  type Baseline,
  baselinePath,
  baselinesFrom,
  boxOf,
  isSameBox,
  readBaselineRuns,
  readBaselines,
  writeBaselines,
} from '../../harness/record/baselines.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { readRun, type StoredRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isOperatingPoint } from '../../harness/record/setting/operating-point.ts'
import { counted } from '../../harness/units.ts'
import { isSideBySide } from '../../harness/verdict/side-by-side.ts'
import { type Comparison, compareRuns } from '../../reports/compare/comparison.ts'
import { mixedState } from '../../reports/compare/fingerprint.ts'
import type { CommandIo } from '../support/io.ts'
import { earlierStarts, knownStarts, startAdvice } from '../support/server-starts.ts'
import { refusalOf } from './compare.ts'

/** Flags of `baseline set`. */
export interface SetBaselineFlags {
  /** Folder of the baselines.json to write: that of the later runs. */
  readonly out: string
}

/** Flags of `baseline show`. */
export interface ShowBaselineFlags {
  readonly json?: boolean
}

/** Makes runs the baseline of their server and scenario. It replaces the previous baseline, whose runs stay. */
export async function setBaseline(paths: readonly string[], flags: SetBaselineFlags, io: CommandIo): Promise<number> {
  const directories = await findRuns(paths)
  const runs = aloneWhereBoth(withoutPoints(await Promise.all(directories.map(readRun)), io), io)
  const unfit = runs.find(({ record }) => record.status !== 'complete' || record.trials.length < 2)
  if (unfit) {
    const { id, status, trials } = unfit.record
    throw new JoulemarkError(
      'bad-input',
      `${id}: ${status}, trials: ${trials.length}; a baseline requires a complete run of at least 2 trials`,
    )
  }
  refuseMixed(runs.map(({ record }) => record))
  refuseUnjudged(runs.map(({ record }) => record))
  const baselines = baselinesFrom(runs, flags.out, systemClock.wall())
  await writeBaselines(flags.out, baselines)
  for (const baseline of baselines) io.stdout(`${lineOf(baseline)}\n`)
  for (const { record } of runs) {
    for (const gate of gatesAgainst(record)) {
      io.stderr.write(
        `${record.id}: gate ${gate.id} failed, so that no comparison with it is judged: ${plainText(gate.evidence)}\n`,
      )
    }
  }
  const advice = startAdvice(
    runs.map(({ record }) => record),
    'run again, then set the baseline to all of these runs',
  )
  if (advice !== null) io.stderr.write(`${advice}\n`)
  // `run --against baseline` reads the file of its own folder
  const isElsewhere = runs.some(({ directory }) => dirname(resolve(directory)) !== resolve(flags.out))
  const readBy = isElsewhere ? `; run --against baseline reads it with --out ${shellWord(flags.out)}` : ''
  io.stderr.write(`wrote ${baselinePath(flags.out)}${readBy}\n`)
  return exitCodes.done
}

/**
 * Without the points of tunings: what `run` measures later is compared with the card as it is run. It says how many are left
 * out. Throws `bad-input` where nothing is left.
 */
function withoutPoints(runs: readonly StoredRun[], io: CommandIo): StoredRun[] {
  const rest = runs.filter(({ record }) => !isOperatingPoint(record))
  const points = runs.length - rest.length
  if (points === 0) return rest
  if (rest.length === 0) {
    throw new JoulemarkError(
      'bad-input',
      'these runs are points of a tuning, measured at limits that were given back; run the scenario at the limit that the card keeps, and make that run the baseline',
    )
  }
  io.stderr.write(`${counted(points, 'run')} not part of the baseline: points of a tuning\n`)
  return rest
}

/**
 * Without the runs of a card beside others under load where the same scenario was also measured on it alone: a later run is
 * compared with one of the two, and that of the card alone is the one that `run` repeats. It says what is left out.
 */
function aloneWhereBoth(runs: readonly StoredRun[], io: CommandIo): StoredRun[] {
  const keyOf = ({ record }: StoredRun) => `${record.scenario.name}\n${boxOf(record).join(' ')}`
  const alone = new Set(runs.filter(({ record }) => !isSideBySide(record)).map(keyOf))
  const isLeftOut = (run: StoredRun) => isSideBySide(run.record) && alone.has(keyOf(run))
  for (const { record } of runs.filter(isLeftOut)) {
    io.stderr.write(
      `${record.id}: not part of the baseline: other cards were under load, and the card was also measured alone\n`,
    )
  }
  return runs.filter((run) => !isLeftOut(run))
}

/** Throws `bad-input` for starts of different servers: no run could be compared with such a baseline. */
function refuseMixed(records: readonly RunRecord[]): void {
  for (const runs of Map.groupBy(records, (run) => `${run.scenario.name}\n${boxOf(run).join(' ')}`).values()) {
    const mixed = mixedState(runs)
    if (mixed.length === 0) continue
    throw new JoulemarkError(
      'bad-input',
      `${runs[0]?.scenario.name}: the runs were not measured on one host and server (${mixed.join('; ')}); name the runs of one of them, or move the others to another folder`,
    )
  }
}

/** Throws `negative-result` where a required gate failed in every run: nothing that is measured later would be judged. */
function refuseUnjudged(records: readonly RunRecord[]): void {
  const failed = records.map((record) => gatesAgainst(record).map(({ id }) => id))
  if (failed.some((ids) => ids.length === 0)) return
  const ids = [...new Set(failed.flat())]
  throw new JoulemarkError(
    'negative-result',
    `no baseline set: no comparison with ${counted(records.length, 'run')} would be judged (required ${ids.length === 1 ? 'gate' : 'gates'} failed: ${ids.join(', ')}); what it means: joulemark explain gate ${ids[0]}`,
  )
}

/** The words of `baseline set` by which `--against baseline` finds it: the folder that later runs are written to. */
const runsInto = (runs: string, outDir: string): string =>
  `${runs}${resolve(outDir) === resolve('results') ? '' : ` --out ${shellWord(outDir)}`}`

/** The baselines of a folder of runs. */
export async function showBaselines(folder: string, flags: ShowBaselineFlags, io: CommandIo): Promise<number> {
  const baselines = await readBaselines(folder)
  if (flags.json) io.stdout(`${JSON.stringify({ baselines }, null, 2)}\n`)
  else if (baselines.length === 0)
    io.stdout(`no baseline in ${folder}; make one with joulemark baseline set ${runsInto('RUN…', folder)}\n`)
  else for (const baseline of baselines) io.stdout(`${lineOf(baseline)}\n`)
  return exitCodes.done
}

/** Before a run: throws `bad-input` if any of its scenarios has no baseline, so that no card time is wasted. */
export async function checkBaselines(scenarios: readonly string[], outDir: string): Promise<void> {
  const known = (await readBaselines(outDir)).map((baseline) => baseline.scenario)
  // a sweep runs as several scenarios, whose names begin with its own
  const without = scenarios.filter((name) => !known.some((each) => each === name || each.startsWith(`${name}-`)))
  if (without.length === 0) return
  throw new JoulemarkError(
    'bad-input',
    `--against baseline: ${without.join(', ')}: no baseline in ${baselinePath(outDir)}; make one with joulemark baseline set ${runsInto('RUN…', outDir)}`,
  )
}

/**
 * After a run: compares its records, and earlier starts of the same server, with the baselines of their server. Throws `bad-input` without a baseline, and
 * `not-comparable` for runs that must not be compared with it.
 */
export async function compareWithBaselines(records: readonly RunRecord[], outDir: string): Promise<Comparison> {
  const baselines = await readBaselines(outDir)
  const found = records.map((record) => {
    const box = boxOf(record)
    const match = baselines.find((each) => each.scenario === record.scenario.name && isSameBox(each.box, box))
    if (match) return { record, baseline: match }
    throw new JoulemarkError(
      'bad-input',
      `--against baseline: ${record.scenario.name} has no baseline on this server (${box.join(', ')}); make this run one with joulemark baseline set ${runsInto(shellWord(join(outDir, record.id)), outDir)}`,
    )
  })
  const before = await Promise.all(
    [...new Set(found.map(({ baseline }) => baseline))].map((each) => readBaselineRuns(each, outDir)),
  )
  const earlier = await earlierStarts(found, outDir)
  const [baseline, candidate] = [before.flat(), [...records, ...earlier]]
  const comparison = compareRuns(baseline, candidate, { past: await knownStarts(outDir, [...baseline, ...candidate]) })
  const refusal = refusalOf(comparison, false, 'baseline and this run')
  if (refusal !== null) throw refusal
  const notes = earlier.map(({ id }) => `candidate: ${id}, an earlier start of the same server, is counted too`)
  return { ...comparison, notes: [...comparison.notes, ...notes] }
}

function lineOf({ scenario, card, box, source, runs, setAt }: Baseline): string {
  const stamp = source === 'simulated' ? 'SIMULATED  ' : ''
  return plainText(`${scenario}  ${card}  ${stamp}${box.join(', ')}  ${runs.join(', ')}  set ${setAt}`)
}
