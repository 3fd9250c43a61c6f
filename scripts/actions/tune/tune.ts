import { join } from 'node:path'
import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { shellWord } from '../../../harness/plain-text.ts'
import { requireWritable } from '../../../harness/record/disk/out-folder.ts'
import { findRuns } from '../../../harness/record/disk/run-folders.ts'
import { replaceFile, toJson } from '../../../harness/record/json-file.ts'
import { loadScenarios } from '../../../harness/scenario/load-file.ts'
import type { ScenarioFile } from '../../../harness/scenario/schema.ts'
import { catalogueFacts } from '../../../reports/catalogue-facts.ts'
import type { Facts } from '../../../reports/facts.ts'
import { linesText } from '../../../reports/run-answer/lines.ts'
import { nextText } from '../../../reports/run-answer/next.ts'
import { tuneAnswer } from '../../../reports/tune/answer-lines.ts'
import { tuneDocument } from '../../../reports/tune/document.ts'
import { tuningTables } from '../../../reports/tune/points-table.ts'
import { type Tuning, tuningOf } from '../../../reports/tune/tuning.ts'
import { openLive } from '../../live/live.ts'
import { checkDoors } from '../../run/run-flags.ts'
import { useBefore } from '../../run/use-before.ts'
import { pushIfNamed } from '../../store/push-runs.ts'
import { storeOfRuns } from '../../store/store-address.ts'
import { type Interrupts, type InterruptWords, type OnHangUp, watchInterrupts } from '../../support/interrupts.ts'
import type { CommandIo } from '../../support/io.ts'
import { scenarioNames } from '../../support/models/scenario-models.ts'
import { moneyOf } from '../../support/money/stated-money.ts'
import { type OptionsFor, playOnStandIn } from '../../support/run-files.ts'
import { factTables } from '../../support/terminal.ts'
import { terminalGone, unattended } from '../../support/unattended-log.ts'
import { plainLines } from '../../support/view.ts'
import { type AskedTuning, askedTuning, type TuneFlags } from '../../tune/tune-flags.ts'
import { type TuneDone, type TuneSetup, tuneOne } from '../../tune/tune-one.ts'
import { tuneOptions } from '../../tune/tune-options.ts'
import { restore } from './restore.ts'

/** At a first and at a second interrupt. */
const words: InterruptWords = {
  first: 'interrupted: the run that is going on ends, then the cards are given back (again to cut it)',
  second: 'interrupted again: cutting what is in flight, then the cards are given back',
}

/** Power and clocks of a card follow a new setting within about a second. */
const SETTLE_MS = 2000
/** Trials of a point with --quick, unless another number is asked for: an interval needs two. */
const QUICK_TRIALS = 2
/** The document of a tuning, in its folder. */
const DOCUMENT = 'tune.json'

/** Tunes scenarios one after another, or gives back what a tuning left set. Returns the exit code. */
export async function tune(paths: readonly string[], flags: TuneFlags, io: CommandIo): Promise<number> {
  if (flags.restore) return restore(paths.length === 0 ? [flags.out] : paths, flags, io)
  requireWritable(flags.out)
  const asked = askedTuning(flags)
  // an address that cannot be read ends the command before a card is touched
  storeOfRuns(flags.store, io.env)
  if (paths.length === 0)
    throw new JoulemarkError('bad-input', 'tune requires a scenario, such as llama-3.1-8b-fp8-batch32')
  const files = await loadScenarios(paths, await scenarioNames(io, 'ask-server'))
  checkDoors(files, { ...flags, gpu: true })
  if (flags.resume !== undefined && files.length !== 1) {
    throw new JoulemarkError('bad-input', '--resume continues the tuning of one scenario; name that one')
  }
  const serverInUse = await useBefore(files, { ...flags, gpu: true }, io)
  if (!flags.unattended) return played(files, { flags, asked, serverInUse, io }, 'end')
  const log = join(flags.out, 'tune.log')
  return unattended({ log, follow: `tail -F ${log}` }, io, (logged) =>
    played(files, { flags, asked, serverInUse, io: logged }, terminalGone(log)),
  )
}

async function played(
  files: readonly ScenarioFile[],
  all: Omit<TuneAll, 'interrupts'>,
  onHangUp: OnHangUp,
): Promise<number> {
  const interrupts = watchInterrupts(all.io, words, onHangUp)
  try {
    return await tuneAll(files, { ...all, interrupts })
  } finally {
    interrupts.unwatch()
  }
}

interface TuneAll {
  readonly flags: TuneFlags
  readonly asked: AskedTuning
  /** What other clients do on the server, with --force; null where nothing is seen. */
  readonly serverInUse: string | null
  readonly io: CommandIo
  readonly interrupts: Interrupts
}

async function tuneAll(
  files: readonly ScenarioFile[],
  { flags, asked, serverInUse, io, interrupts }: TuneAll,
): Promise<number> {
  const facts = catalogueFacts(moneyOf(flags, io))
  const live = openLive(io.stderr, { isShown: flags.progress })
  const optionsFor = tuneOptions(flags, { io, interrupts, serverInUse, live })
  const setup = { flags, asked, facts, drain: interrupts.drain, live, settleMs: flags.quick ? 0 : SETTLE_MS }
  const cards = flags.simulate?.split(',').map((card) => card.trim()) ?? [null]
  const jobs = cards.flatMap((card) => files.map((file) => ({ card, file })))
  const tunings: Tuning[] = []
  let isFailed = false
  for (const { card, file } of jobs) {
    if (interrupts.drain.aborted) break
    const done =
      card === null
        ? await tuneOne(file, { ...setup, options: optionsFor({}) })
        : await onSimulator(file, card, { setup, optionsFor })
    const tuning = shown(done, facts, flags, io)
    if (tuning !== null) {
      tunings.push(tuning)
      await pushIfNamed(await findRuns([done.folder]), flags.store, io)
    }
    isFailed ||= done.end.ended === 'failed' || done.notRestored !== null
    // a card that was not given back is not set again
    if (done.notRestored !== null) break
  }
  if (flags.json) io.stdout(toJson(tuneDocument(tunings)))
  if (isFailed) return exitCodes.environmentFailed
  return interrupts.drain.aborted ? exitCodes.interrupted : exitCodes.done
}

interface OnSimulator {
  readonly setup: Omit<TuneSetup, 'options'>
  readonly optionsFor: ReturnType<typeof tuneOptions>
}

function onSimulator(file: ScenarioFile, card: string, { setup, optionsFor }: OnSimulator): Promise<TuneDone> {
  const { quick = false, trials, out } = setup.flags
  const exact = trials ?? (quick ? QUICK_TRIALS : undefined)
  const options: OptionsFor = ({ endpoint, nvidiaSmi }) =>
    optionsFor({ endpoint, nvidiaSmi, ...(exact === undefined ? {} : { trials: exact }) })(out)
  return playOnStandIn(file, { card, quick, start: { number: 1, of: 1 } }, options, (shownFile, given) =>
    tuneOne(shownFile, { ...setup, options: (folder) => ({ ...given, outDir: folder }) }),
  )
}

/** Prints a tuning and keeps its document beside its runs. Null where no run was made. */
function shown({ folder, end }: TuneDone, facts: Facts, flags: TuneFlags, io: CommandIo): Tuning | null {
  plainLines((text) => io.stderr.write(text))(end.reason)
  if (end.records.length === 0) return null
  const tuning = tuningOf(end.records, facts, end.failed)
  const path = join(folder, DOCUMENT)
  replaceFile(path, toJson(tuneDocument([tuning])))
  if (!flags.json) {
    // what the table of answers says stands above the points, and the sources are in the document and in the report
    const tables = tuningTables(tuning, facts, 1)
      .filter(({ id }) => !id.endsWith('-answers'))
      .map(({ sources: _, ...table }) => table)
    io.stdout(`${linesText(tuneAnswer(tuning), io)}${factTables(tables, io)}\n`)
    const page = { command: `report ${shellWord(folder)} --format html`, does: 'a page with charts' }
    io.stdout(`Runs and document: ${folder}\n${nextText([page], io)}`)
  }
  return tuning
}
