import { join } from 'node:path'
import { lockFolder } from '../../../harness/box/folder-lock.ts'
import { sleepUnlessAborted, systemClock } from '../../../harness/clock.ts'
import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { continued, newCampaign, refuseSecond } from '../../../harness/fleet/campaign.ts'
import { cancelAll, unknownToUs, withEngine } from '../../../harness/fleet/cancel.ts'
import { conduct } from '../../../harness/fleet/conduct.ts'
import type { FleetEngine } from '../../../harness/fleet/engine.ts'
import { boxesToPrint, knownBoxes } from '../../../harness/fleet/known-boxes.ts'
import { campaignId } from '../../../harness/fleet/plan.ts'
import { type Campaign, keepCampaign, readCampaign } from '../../../harness/fleet/state.ts'
import { windowTooShort } from '../../../harness/fleet/window.ts'
import { plainText } from '../../../harness/plain-text.ts'
import { requireWritable } from '../../../harness/record/disk/out-folder.ts'
import { type Fleet, loadFleet } from '../../../harness/scenario/fleet/load-fleet.ts'
import { counted } from '../../../harness/units.ts'
import { otherAgainst, resumeCommand, withAgainst } from '../../fleet/against.ts'
import { folderThere, newFolder } from '../../fleet/campaign-folder.ts'
import { baselineRuns, runsOfBox } from '../../fleet/campaign-runs.ts'
import { judgeCanary } from '../../fleet/judge-canary.ts'
import { planText } from '../../fleet/plan-text.ts'
import { countsText, statusTable } from '../../fleet/status-table.ts'
import { judgeCampaign } from '../../fleet/verdict.ts'
import { openLive } from '../../live/live.ts'
import { formatsOf } from '../../report/format-flag.ts'
import { type Interrupts, type InterruptWords, watchInterrupts } from '../../support/interrupts.ts'
import type { CommandIo } from '../../support/io.ts'
import { factTables } from '../../support/terminal.ts'
import { engineOf } from './engine-of.ts'
import { fleetFormats } from './formats.ts'

/** Flags of `fleet run`. */
export interface FleetRunFlags {
  readonly out?: string
  readonly against?: string
  readonly print?: boolean
  readonly resume?: boolean
  /** Seconds between two looks at the engine. */
  readonly poll: number
  readonly format: string
}

/** Time after a first interrupt in which a second one also cancels the jobs. */
const GRACE_MS = 5000

const words = (engine: string): InterruptWords => ({
  first: `interrupted: no more boxes are submitted, and those that ${engine} has go on (again within ${GRACE_MS / 1000} s to cancel them)`,
  second: `interrupted again: cancelling the jobs`,
})

/** Measures the boxes of a fleet file through its engine, and judges them. Returns the exit code. */
export async function fleetRun(path: string, flags: FleetRunFlags, io: CommandIo): Promise<number> {
  formatsOf(flags.format, fleetFormats)
  const file = await loadFleet(path, io.env)
  const at = systemClock.wall()
  const times = { lengthMs: file.timeLimit * 1000, pollMs: flags.poll * 1000 }
  const tooShort = windowTooShort(file.window, at.getTime(), times)
  if (tooShort !== null) throw new JoulemarkError('bad-input', `${file.path}: window: ${tooShort}`)
  const out = flags.resume ? folderThere(flags.out, file.name) : newFolder(flags.out, campaignId(file.name, at))
  if (!flags.print) requireWritable(out)
  const found = readCampaign(out)
  if (!flags.resume) refuseSecond(found, { out })
  const fleet = withAgainst(file, flags.against, found)
  const changed = otherAgainst(found, file, fleet)
  if (changed !== null) io.stderr.write(`${plainText(changed)}\n`)
  const engine = await engineOf(fleet, io.env)
  const known = await (flags.print ? boxesToPrint : knownBoxes)(fleet, engine, new AbortController().signal)
  const campaign = found === null ? newCampaign(fleet, known, at) : continued(found, fleet, known, at)
  // runs to compare with that are not there end the command before anything is measured
  if (campaign.against !== 'baseline') await baselineRuns(campaign, out, fleet, io)
  if (flags.print) {
    io.stdout(planText(fleet, known, { id: campaign.id, out }, io))
    return exitCodes.done
  }
  const release = lockFolder(out, 'fleet-run.lock')
  const interrupts = watchInterrupts(io, words(fleet.engine))
  try {
    const done = await measured({ fleet, engine, campaign, out, poll: flags.poll, interrupts }, io)
    if (interrupts.drain.aborted)
      return await left({ campaign: done, engine, out, again: resumeCommand(path, out, flags.against) }, interrupts, io)
    io.stdout(`${factTables([statusTable(done)], io)}\n`)
    return await judgeCampaign(fleet, done, { out, format: flags.format, report: join(out, 'report') }, io)
  } finally {
    interrupts.unwatch()
    release()
  }
}

interface Measurement {
  readonly fleet: Fleet
  readonly engine: FleetEngine
  readonly campaign: Campaign
  readonly out: string
  readonly poll: number
  readonly interrupts: Interrupts
}

async function measured(
  { fleet, engine, campaign, out, poll, interrupts }: Measurement,
  io: CommandIo,
): Promise<Campaign> {
  const live = openLive(io.stderr)
  const { line: say } = live
  say(`${campaign.id}: ${counted(campaign.boxes.length, 'box', 'boxes')} through ${fleet.engine}, in ${out}`)
  const step = live.step(campaign.id)
  const keep = (state: Campaign) => {
    keepCampaign(out, state)
    step.at(countsText(state))
  }
  keep(campaign)
  try {
    return await conduct(campaign, {
      ...{ fleet, engine, say, keep, clock: systemClock, pollMs: poll * 1000, signal: interrupts.drain },
      place: { id: campaign.id, out },
      runsIn: async (folder) => (await runsOfBox(folder, campaign)).records.length,
      judge: (state) => judgeCanary(fleet, state, out, io),
    })
  } finally {
    step.ended()
  }
}

interface Left {
  readonly campaign: Campaign
  readonly engine: FleetEngine
  readonly out: string
  /** The command that goes on. */
  readonly again: string
}

/** After an interrupt: says how to go on, and cancels the jobs after a second one. */
async function left({ campaign, engine, out, again }: Left, { abort }: Interrupts, io: CommandIo): Promise<number> {
  const { line: say } = openLive(io.stderr)
  const [{ length }, unknown] = [withEngine(campaign), unknownToUs(campaign)]
  const hasNone = length === 0 && unknown.length === 0
  const isWaited = hasNone || (await sleepUnlessAborted(systemClock, GRACE_MS, abort))
  let jobs = `Left with the engine: ${counted(length, 'job')}`
  if (isWaited) {
    for (const { box } of unknown) say(`${box}: the engine did not say whether it has a job`)
  } else {
    const done = await cancelAll(campaign, engine, systemClock.wall())
    keepCampaign(out, done.campaign)
    for (const problem of done.problems) say(`not cancelled: ${problem}`)
    jobs = `Cancelled: ${counted(done.jobs, 'job')}${done.problems.length === 0 ? '' : `, not cancelled: ${done.problems.length}`}`
  }
  say(`${jobs}. Continue with: ${again}`)
  return exitCodes.interrupted
}
