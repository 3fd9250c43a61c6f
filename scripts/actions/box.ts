import { join } from 'node:path'
import { cardsHere, plannedCards } from '../../harness/box/cards-here.ts'
import { lockFolder } from '../../harness/box/folder-lock.ts'
import { measureBox, plannedState } from '../../harness/box/measure/measure-box.ts'
import type { BoxPlan } from '../../harness/box/plan/box-plan.ts'
import { planMinutes } from '../../harness/box/plan/plan-minutes.ts'
import { SOAK_NAME } from '../../harness/box/soak/soak-plan.ts'
import { openBoxState } from '../../harness/box/state.ts'
import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { containerEnv } from '../../harness/endpoint/serve/container-env.ts'
import { offlineBy, offlineNotes } from '../../harness/endpoint/serve/engine/offline.ts'
import { offlineOptions } from '../../harness/endpoint/serve/image/identity.ts'
import type { ServeOptions } from '../../harness/endpoint/serve/plan.ts'
import { exitCodes } from '../../harness/errors.ts'
import { DiskError } from '../../harness/record/disk/disk-error.ts'
import { requireWritable } from '../../harness/record/disk/out-folder.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import type { WallAsked } from '../../harness/telemetry/wall/asked.ts'
import { planJson } from '../../reports/box/plan/plan-json.ts'
import { planText } from '../../reports/box/plan/plan-text.ts'
import type { Soaked } from '../../reports/box/result/soaked.ts'
import { earlierRuns, judgeBox } from '../box/judge.ts'
import { launchesOf } from '../box/launches.ts'
import { measureTools } from '../box/measure-tools.ts'
import { plannedBox } from '../box/planned-box.ts'
import { type ReadinessQuestions, readiness } from '../box/readiness.ts'
import { atLimits, limitsByCard, setSiteLimits, siteLimitLines, siteLimits } from '../box/site-limits.ts'
import { type SoakSetup, soakBox } from '../box/soak.ts'
import { openLive } from '../live/live.ts'
import { pushIfNamed } from '../store/push-runs.ts'
import { storeOfRuns } from '../store/store-address.ts'
import { runInterrupts, watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import type { ContainerFlags } from '../support/serving/container-flags.ts'
import { launchLine } from '../support/serving/launch-line.ts'
import { prefetched } from '../support/serving/prefetch.ts'
import { preflightOf, preflightText } from '../support/serving/preflight.ts'
import { serveOptions, withHandedEnv } from '../support/serving/serve-options.ts'
import { followLog, terminalGone, unattended } from '../support/unattended-log.ts'
import { plainLines } from '../support/view.ts'

/** Flags of `box`. */
export interface BoxFlags extends ContainerFlags {
  readonly suite?: readonly string[]
  /** Every bundled scenario, each server started several times. */
  readonly full?: boolean
  readonly json?: boolean
  /** Every figure after the verdict, and the report of the runs. */
  readonly verbose?: boolean
  readonly card?: string
  readonly resume?: boolean
  readonly print?: boolean
  /** Go on although the doctor or the preflight found a fault. */
  readonly force?: boolean
  /** Only show the log of the run in the --out folder as it grows. */
  readonly follow?: boolean
  readonly out: string
  /** Further folders with runs of accepted servers. */
  readonly references?: readonly string[]
  /** W per GPU at which all cards are measured, instead of what joulemark.yaml says of them. */
  readonly powerLimit?: number
  readonly nvidiaSmi?: string
  /** Which sources of the power of CPUs and server are read; all that are found unless given. */
  readonly wall?: WallAsked
  readonly timeoutMinutes: number
  /** Starts of each server, with one record per start and scenario; absent: one, or several with --full. */
  readonly restarts?: number
  /** Hours of load on all cards at once, after everything else. */
  readonly soak?: number
  /** Store to push the runs to after the verdict, false for none; by default the one of the environment. */
  readonly store?: string | false
}

/**
 * Qualifies a new server unattended: doctor; then every card of it, alone and side by side, on servers that it starts and
 * stops; then the report and the verdict. It goes on when its terminal is lost, and everything it prints is also in `box.log`.
 */
export async function box(flags: BoxFlags, given: CommandIo): Promise<number> {
  const io = withHandedEnv(flags, given)
  if (flags.follow) return followLog(boxLog(flags.out), io)
  // a key or token that cannot be sent or read would fail every scenario of the night
  if (!flags.print) checkSecrets(io.env)
  if (!flags.print) requireWritable(flags.out)
  storeOfRuns(flags.store, io.env)
  const nvidiaSmi = flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI'] ?? 'nvidia-smi'
  const isOnPaper = flags.print === true && flags.card !== undefined
  const cards = isOnPaper ? plannedCards(flags.card, flags.gpus) : await cardsHere(nvidiaSmi, flags.card, flags.gpus)
  const serving = await offlineOptions(serveOptions(flags, io), io.env)
  const plan = await plannedBox(flags, cards, serving, { io, nvidiaSmi: isOnPaper ? null : nvidiaSmi })
  const offline = offlineBy(flags.offline ?? false, io.env)
  const notes = [...containerEnv(io.env).notes, ...offlineNotes(offline)].map((note) => `${note}\n`)
  const shown = { ...plan, minutes: planMinutes(plan) }
  const limits = siteLimitLines(siteLimits(cards, flags.powerLimit, io.config?.powerLimitsW))
  const text = [...notes, planText(shown), ...limits.map((line) => `${line}\n`)].join('')
  if (flags.print && flags.json) {
    io.stderr.write(notes.join(''))
    io.stdout(planJson(shown))
    return exitCodes.done
  }
  if (flags.print) {
    io.stderr.write(text)
    for (const { name, server, scenario } of launchesOf(plan))
      io.stdout(`# ${name}\n${launchLine(server.launch, scenario)}\n`)
    if (!isOnPaper) io.stderr.write(await needsText(plan, serving, { io, verbose: flags.verbose ?? false }))
    return exitCodes.done
  }
  const follow = `joulemark box --follow --out ${flags.out}`
  // before the log, which is that of the one that has the folder
  const unlock = lockFolder(flags.out)
  try {
    return await unattended({ log: boxLog(flags.out), follow }, io, async (logged) => {
      logged.stderr.write(text)
      return qualify(flags, logged, plan, { nvidiaSmi, serving, force: flags.force ?? false })
    })
  } finally {
    unlock()
  }
}

const boxLog = (outDir: string): string => join(outDir, 'box.log')

async function qualify(
  flags: BoxFlags,
  io: CommandIo,
  planned: BoxPlan,
  questions: ReadinessQuestions,
): Promise<number> {
  const interrupts = watchInterrupts(io, runInterrupts, terminalGone(boxLog(flags.out)))
  try {
    const { cards } = planned
    const uuids = cards.map(({ uuid }) => uuid)
    const limits = siteLimits(cards, flags.powerLimit, io.config?.powerLimitsW)
    const state = openBoxState(flags.out, uuids, flags.resume ?? false, limitsByCard(limits))
    const before = plannedState(state, planned)
    const earlier = await earlierRuns([flags.out, ...(flags.references ?? [])], io)
    const { checks, ...checked } = await readiness(planned, questions, io)
    const { plan, ends } = checked.ends === null ? await prefetched(checked.plan, flags, io, interrupts.drain) : checked
    const cut = newlyLeftOut(planned, plan)
    for (const { name, reason } of cut) io.stderr.write(`${name}: skipped: ${reason}\n`)
    const { nvidiaSmi } = questions
    const say = plainLines((text) => io.stderr.write(text))
    const inForce = ends === null ? await setSiteLimits(limits, { nvidiaSmi, out: flags.out, say }) : null
    const { result, areBack } = await atLimits(inForce, say, async () => {
      const live = openLive(io.stderr)
      const tools = measureTools({ flags, io, live, interrupts, cards, ...(inForce === null ? {} : inForce) })
      const measured = ends === null ? await measureBox(plan, before, flags.out, tools) : { state: before, ends }
      return { measured, soaked: await soakOf(plan, measured.ends, { flags, nvidiaSmi, tools, live }, io) }
    })
    const { measured, soaked } = result
    const isInterrupted = interrupts.drain.aborted
    const code = await judgeBox(
      { plan, measured, checks, earlier, isCut: cut.length > 0, isInterrupted, flags, ...soaked },
      io,
    )
    await pushIfNamed(
      measured.state.steps.flatMap((step) => step.runs),
      flags.store,
      io,
    )
    return areBack ? code : exitCodes.environmentFailed
  } finally {
    interrupts.unwatch()
  }
}

/** What a plan needs and whether it is there; nothing is pulled for a plan that is only printed. */
async function needsText(
  plan: BoxPlan,
  serving: ServeOptions,
  { io, verbose }: { readonly io: CommandIo; readonly verbose: boolean },
): Promise<string> {
  const found = await preflightOf(plan, serving, { env: io.env, mayPull: false })
  const { color, columns } = io.stderr
  const view = { color, columns: columns?.() ?? null, verbose }
  return `\n${preflightText({ ...found, leftOut: newlyLeftOut(plan, found.plan) }, view)}`
}

/** The soak of a night, or why there is none; empty where none was asked for. What was measured before it always gets its verdict. */
async function soakOf(
  { soak, leftOut }: BoxPlan,
  ends: string | null,
  setup: SoakSetup,
  io: CommandIo,
): Promise<{ readonly soak?: Soaked }> {
  if (soak === undefined) return {}
  if (ends !== null) return { soak: { reason: ends } }
  if (setup.tools.signal.aborted) return { soak: { reason: 'the night was interrupted before it' } }
  if (soak.lanes.length === 0) {
    return { soak: { reason: leftOut.find(({ name }) => name === SOAK_NAME)?.reason ?? 'no card can serve its model' } }
  }
  try {
    return { soak: await soakBox(soak, setup, io) }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    return { soak: { reason: error.message } }
  }
}

/** What the preflight took out of a plan. */
const newlyLeftOut = (planned: BoxPlan, { leftOut }: BoxPlan): BoxPlan['leftOut'] =>
  leftOut.filter((row) => !planned.leftOut.includes(row))

function checkSecrets(env: NodeJS.ProcessEnv): void {
  readSecret(env, 'OPENAI_API_KEY')
  readSecret(env, 'HF_TOKEN')
  loadKey(env)
}
