import { join } from 'node:path'
import { cardsHere, plannedCards } from '../../harness/box/cards-here.ts'
import { measureBox } from '../../harness/box/measure/measure-box.ts'
import type { BoxPlan } from '../../harness/box/plan/box-plan.ts'
import { planMinutes } from '../../harness/box/plan/plan-minutes.ts'
import { openBoxState } from '../../harness/box/state.ts'
import { systemClock } from '../../harness/clock.ts'
import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { containerEnv } from '../../harness/endpoint/serve/container-env.ts'
import { exitCodes } from '../../harness/errors.ts'
import { type DoctorReport, runDoctor } from '../../harness/telemetry/doctor/run-doctor.ts'
import { planJson } from '../../reports/box/plan/plan-json.ts'
import { planText } from '../../reports/box/plan/plan-text.ts'
import { earlierRuns, judgeBox } from '../box/judge.ts'
import { launchesOf } from '../box/launches.ts'
import { measureTools } from '../box/measure-tools.ts'
import { plannedBox } from '../box/planned-box.ts'
import { runInterrupts, watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { type ContainerFlags, serveOptions, withHandedEnv } from '../support/serving/container-flags.ts'
import { launchLine } from '../support/serving/launch-line.ts'
import { followLog, terminalGone, unattended } from '../support/unattended-log.ts'

/** Flags of `box`. */
export interface BoxFlags extends ContainerFlags {
  readonly suite?: readonly string[]
  /** Every bundled scenario, each server started several times. */
  readonly full?: boolean
  readonly json?: boolean
  readonly card?: string
  readonly resume?: boolean
  readonly print?: boolean
  /** Only show the log of the run in the --out folder as it grows. */
  readonly follow?: boolean
  readonly force?: boolean
  readonly out: string
  /** Further folders with runs of accepted servers. */
  readonly references?: readonly string[]
  readonly nvidiaSmi?: string
  readonly timeoutMinutes: number
  /** Starts of each server, with one record per start and scenario; absent: one, or several with --full. */
  readonly restarts?: number
}

/**
 * Qualifies a new server unattended: doctor; then every card of it, alone and side by side, on servers that it starts and
 * stops; then the report and the verdict. It goes on when its terminal is lost, and everything it prints is also in `box.log`.
 */
export async function box(flags: BoxFlags, given: CommandIo): Promise<number> {
  const io = withHandedEnv(flags, given)
  if (flags.follow) return followLog(boxLog(flags.out), io)
  // a key or token that cannot be sent would fail every scenario of the night
  if (!flags.print) checkSecrets(io.env)
  const nvidiaSmi = flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI'] ?? 'nvidia-smi'
  const isOnPaper = flags.print === true && flags.card !== undefined
  const cards = isOnPaper ? plannedCards(flags.card, flags.gpus) : await cardsHere(nvidiaSmi, flags.card, flags.gpus)
  const plan = await plannedBox(flags, cards, serveOptions(flags, io), { io, nvidiaSmi: isOnPaper ? null : nvidiaSmi })
  const notes = containerEnv(io.env).notes.map((note) => `${note}\n`)
  const shown = { ...plan, minutes: planMinutes(plan) }
  const text = [...notes, planText(shown)].join('')
  if (flags.print && flags.json) {
    io.stderr.write(notes.join(''))
    io.stdout(planJson(shown))
    return exitCodes.done
  }
  if (flags.print) {
    io.stderr.write(text)
    for (const { name, server, scenario } of launchesOf(plan))
      io.stdout(`# ${name}\n${launchLine(server.launch, scenario)}\n`)
    return exitCodes.done
  }
  return unattended(boxLog(flags.out), `joulemark box --follow --out ${flags.out}`, io, async (logged) => {
    logged.stderr.write(text)
    return qualifyIfHealthy(flags, logged, plan, nvidiaSmi)
  })
}

const boxLog = (outDir: string): string => join(outDir, 'box.log')

async function qualifyIfHealthy(flags: BoxFlags, io: CommandIo, plan: BoxPlan, nvidiaSmi: string): Promise<number> {
  const expected = plan.cards.map(({ entry }) => entry)
  const doctor = await runDoctor({ nvidiaSmi, clock: systemClock, expected })
  for (const check of doctor.checks.filter((each) => each.status === 'fail' || each.status === 'warn')) {
    io.stderr.write(`doctor: ${check.id} ${check.status}: ${check.read}\n`)
  }
  if (!doctor.isHealthy && !flags.force) {
    io.stderr.write('this server is not ready to benchmark: fix what doctor found, or continue with --force\n')
    return exitCodes.negativeResult
  }
  return qualify(flags, io, plan, doctor)
}

async function qualify(flags: BoxFlags, io: CommandIo, plan: BoxPlan, doctor: DoctorReport): Promise<number> {
  const interrupts = watchInterrupts(io, runInterrupts, terminalGone(boxLog(flags.out)))
  try {
    const { cards } = plan
    const earlier = await earlierRuns([flags.out, ...(flags.references ?? [])], io)
    const uuids = cards.map(({ uuid }) => uuid)
    const before = openBoxState(flags.out, uuids, flags.resume ?? false)
    const tools = measureTools({ flags, io, interrupts, cards })
    const measured = await measureBox(plan, before, flags.out, tools)
    const isInterrupted = interrupts.drain.aborted
    return await judgeBox(
      { plan, measured, checks: doctor.checks, earlier, isInterrupted, json: flags.json ?? false },
      io,
    )
  } finally {
    interrupts.unwatch()
  }
}

function checkSecrets(env: NodeJS.ProcessEnv): void {
  readSecret(env, 'OPENAI_API_KEY')
  readSecret(env, 'HF_TOKEN')
}
