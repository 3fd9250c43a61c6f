import { join } from 'node:path'
import { endpointNotes } from '../../../harness/endpoint/access/proxies.ts'
import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { shellWord } from '../../../harness/plain-text.ts'
import { cardTimeOfAll, formatCardTime } from '../../../harness/plan/card-time.ts'
import { requireWritable } from '../../../harness/record/disk/out-folder.ts'
import { toJson } from '../../../harness/record/json-file.ts'
import { runOnce } from '../../../harness/run/run.ts'
import type { RunOptions } from '../../../harness/run/run-options.ts'
import { atConcurrency, type TextFile } from '../../../harness/scenario/expand.ts'
import { loadScenarios } from '../../../harness/scenario/load-file.ts'
import type { ScenarioFile } from '../../../harness/scenario/schema.ts'
import { parseLoads } from '../../../harness/tune/points-asked.ts'
import { playSweep, type SweepEnd, sweepPlan, sweptFile } from '../../../harness/tune/sweep/play-sweep.ts'
import { counted } from '../../../harness/units.ts'
import { catalogueFacts } from '../../../reports/catalogue-facts.ts'
import { type AnswerLine, linesText } from '../../../reports/run-answer/lines.ts'
import { nextText } from '../../../reports/run-answer/next.ts'
import { sweepDocument } from '../../../reports/sweep/document.ts'
import { sweepAnswers } from '../../../reports/sweep/findings.ts'
import { sweepsOf } from '../../../reports/sweep/lines.ts'
import { sweepTable } from '../../../reports/sweep/table.ts'
import { type Live, openLive } from '../../live/live.ts'
import { suiteOf, timeOfFile } from '../../live/suite.ts'
import { checkDoors, checkFlags, type RunFlags } from '../../run/run-flags.ts'
import { runOptions } from '../../run/run-options.ts'
import { useBefore } from '../../run/use-before.ts'
import { pushIfNamed } from '../../store/push-runs.ts'
import { storeOfRuns } from '../../store/store-address.ts'
import { type OnHangUp, runInterrupts, watchInterrupts } from '../../support/interrupts.ts'
import type { CommandIo } from '../../support/io.ts'
import { scenarioNames } from '../../support/models/scenario-models.ts'
import { type MoneyFlags, moneyOf } from '../../support/money/stated-money.ts'
import { type OptionsFor, playOnStandIn, withIpmitool } from '../../support/run-files.ts'
import { factTables } from '../../support/terminal.ts'
import { terminalGone, unattended } from '../../support/unattended-log.ts'

/** Flags of `sweep`. */
export interface SweepFlags
  extends Omit<RunFlags, 'requireQuotable' | 'against' | 'starts' | 'failOn' | 'verbose'>,
    MoneyFlags {
  readonly concurrency: string
  /** Share of throughput that a doubling must gain. */
  readonly knee?: number
}

type Plan = ReturnType<typeof sweepPlan>

/** Sweeps the load of a scenario on a running server, or on the simulator of several cards. Returns the exit code. */
export async function sweep(scenario: string, flags: SweepFlags, io: CommandIo): Promise<number> {
  requireWritable(flags.out)
  checkFlags(flags)
  // an address that cannot be read ends the command before anything is measured
  storeOfRuns(flags.store, io.env)
  moneyOf(flags, io)
  const plan = sweepPlan(parseLoads(flags.concurrency), flags.knee)
  const file = onlyOne(await loadScenarios([scenario], await scenarioNames(io, 'ask-server')), scenario)
  checkDoors([file], flags)
  if (!flags.unattended) return measure(file, plan, { flags, onHangUp: 'end' }, io)
  const log = join(flags.out, 'run.log')
  return unattended({ log, follow: `tail -F ${log}` }, io, (logged) =>
    measure(file, plan, { flags, onHangUp: terminalGone(log) }, logged),
  )
}

function onlyOne(files: readonly ScenarioFile[], name: string): TextFile {
  const [file] = files
  if (file === undefined || files.length > 1) {
    throw new JoulemarkError('bad-input', `${name}: ${counted(files.length, 'scenario')}; sweep takes one`)
  }
  return sweptFile(file)
}

async function measure(
  file: TextFile,
  plan: Plan,
  { flags, onHangUp }: { readonly flags: SweepFlags; readonly onHangUp: OnHangUp },
  io: CommandIo,
): Promise<number> {
  const live = openLive(io.stderr, { isShown: flags.progress })
  const interrupts = watchInterrupts(io, runInterrupts, onHangUp)
  try {
    if (flags.simulate === undefined) live.line(cardTimeText(file, plan))
    const ends = await playAll(file, plan, { flags, signals: interrupts, live }, io)
    print(ends, plan, flags, io)
    const runs = ends.flatMap((end) => end.finished).map(({ directory }) => directory)
    await pushIfNamed(runs, flags.store, io)
    return interrupts.drain.aborted ? exitCodes.interrupted : exitCodes.done
  } finally {
    interrupts.unwatch()
  }
}

function cardTimeText(file: TextFile, { climb, refines }: Plan): string {
  const time = formatCardTime(cardTimeOfAll(climb.map((load) => atConcurrency(file, load))))
  const more = refines ? '; it may end early, and adds loads around the knee and the SLO' : ''
  return `${counted(climb.length, 'load')} of ${file.name}: ${time} of card time${more}`
}

/** A sweep on the endpoint, or one on the simulator of each card. */
async function playAll(
  file: TextFile,
  plan: Plan,
  given: {
    readonly flags: SweepFlags
    readonly signals: ReturnType<typeof watchInterrupts>
    readonly live: Live
  },
  io: CommandIo,
): Promise<SweepEnd[]> {
  const { flags, signals, live } = given
  if (flags.simulate === undefined) {
    for (const note of flags.endpoint === undefined ? [] : endpointNotes(flags.endpoint, io.env)) live.line(note)
    const serverInUse = await useBefore([file], flags, io)
    return [await played(file, plan, { ...runOptions(flags, io, signals, live.lane()), serverInUse }, live)]
  }
  const optionsFor: OptionsFor = ({ endpoint, nvidiaSmi, ipmitool }) =>
    runOptions({ ...flags, endpoint, nvidiaSmi, gpu: true }, withIpmitool(io, ipmitool), signals, live.lane())
  const ends: SweepEnd[] = []
  for (const card of flags.simulate.split(',').map((each) => each.trim())) {
    if (signals.drain.aborted) break
    const on = { card, quick: flags.quick ?? false, start: { number: 1, of: 1 } }
    const play = (shown: ScenarioFile, options: RunOptions) => played(sweptFile(shown), plan, options, live)
    ends.push(await playOnStandIn(file, on, optionsFor, play))
  }
  return ends
}

/** One sweep, with what is left of it. One that looks for the knee may end early, and may measure more loads than its climb has. */
function played(file: TextFile, plan: Plan, options: RunOptions, live: Live): Promise<SweepEnd> {
  const { trials, calibrate } = options
  const times = plan.climb.map((load) => timeOfFile(atConcurrency(file, load), { trials, calibrates: calibrate }))
  const suite = suiteOf('sweep', times, plan.refines ? { may: 'grow' } : {})
  live.beyond(suite.left)
  return playSweep(file, plan, options, (one, given) => suite.next(() => runOnce(one, given)))
}

/** Why a sweep ended, with its card where there are several. */
const endLine =
  (ends: readonly SweepEnd[]) =>
  ({ why, finished: [first] }: SweepEnd): AnswerLine => ({
    text: `Ended${ends.length > 1 ? `, ${first?.record.card.name ?? 'unknown card'}` : ''}: ${why}.`,
    style: 'dim',
  })

/** What the loads say, why each sweep ended, and the table of the loads; or all of it as one JSON document. */
function print(ends: readonly SweepEnd[], { leastGain }: Plan, flags: SweepFlags, io: CommandIo): void {
  const finished = ends.flatMap((end) => end.finished)
  const records = finished.map(({ record }) => record)
  const sweeps = sweepsOf(records, catalogueFacts(moneyOf(flags, io), records))
  if (flags.json) {
    const document = sweepDocument({ sweeps, ended: ends, runs: finished }, leastGain)
    io.stdout(toJson(document))
    return
  }
  // what the loads say comes first, and is no note below them
  const said = sweepAnswers(sweeps, leastGain)
  io.stdout(linesText([...said.map((text) => ({ text, style: 'bold' }) as const), ...ends.map(endLine(ends))], io))
  const table = sweepTable(sweeps, leastGain)
  if (table !== null)
    io.stdout(`\n${factTables([{ ...table, notes: table.notes.filter((note) => !said.includes(note)) }], io)}\n`)
  io.stdout(`Records: ${flags.out} (${counted(finished.length, 'run')})\n`)
  const page = { command: `report ${shellWord(flags.out)} --format html`, does: 'a page with charts' }
  io.stdout(nextText([page], io))
}
