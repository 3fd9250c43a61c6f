import { join } from 'node:path'
import { cardsHere, plannedCards } from '../../harness/box/cards-here.ts'
import { boxFindings } from '../../harness/box/findings.ts'
import { type BoxStep, boxPlan, MEMORY_PROBE } from '../../harness/box/plan.ts'
import { runProbe } from '../../harness/box/probe/run-probe.ts'
import { openBoxState } from '../../harness/box/state.ts'
import { runUnattended, type UnattendedTools } from '../../harness/box/unattended.ts'
import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { systemClock } from '../../harness/clock.ts'
import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { containerEnv, dockerEnv } from '../../harness/endpoint/serve/container-env.ts'
import { shellLine } from '../../harness/endpoint/serve/plan.ts'
import { startServer } from '../../harness/endpoint/serve/server.ts'
import { exitCodes } from '../../harness/errors.ts'
import { withVerdict, writeAcceptance } from '../../harness/record/acceptance-file.ts'
import { readAll, readHistory, type StoredRun } from '../../harness/record/read.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import { runOnce } from '../../harness/run/run.ts'
import { bundledNames, bundledScenario } from '../../harness/scenario/find-scenario.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { type DoctorReport, runDoctor } from '../../harness/telemetry/doctor/run-doctor.ts'
import { type AcceptanceLine, acceptance, boxAccepted } from '../../reports/box/acceptance.ts'
import { type PlannedScenario, planText } from '../../reports/box/plan-text.ts'
import type { EarlierRun } from '../../reports/box/references.ts'
import { restartLines } from '../../reports/box/restart-lines.ts'
import { figureText, verdictText } from '../../reports/box/verdict-text.ts'
import { buildReport } from '../../reports/build.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import { runOptions } from '../run/run-options.ts'
import { configuredMoney } from '../support/config.ts'
import { runInterrupts, watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { scenarioNames } from '../support/models/scenario-models.ts'
import { type ContainerFlags, serveOptions, withHandedEnv } from '../support/serving/container-flags.ts'
import { followLog, terminalGone, unattended } from '../support/unattended-log.ts'

/** Flags of `box`. */
export interface BoxFlags extends ContainerFlags {
  readonly suite?: readonly string[]
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
  /** Starts of the server per scenario, with one record per start. */
  readonly restarts: number
}

/**
 * Qualifies a new server unattended: doctor; then serves, runs and stops every scenario that fits, `restarts` times; then
 * prints the report and the verdict. It goes on when its terminal is lost, and everything it prints is also in `box.log`.
 */
export async function box(flags: BoxFlags, given: CommandIo): Promise<number> {
  const io = withHandedEnv(flags, given)
  if (flags.follow) return followLog(boxLog(flags.out), io)
  // a key or token that cannot be sent would fail every scenario of the night
  if (!flags.print) checkSecrets(io.env)
  const nvidiaSmi = flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI'] ?? 'nvidia-smi'
  const { card, count } =
    flags.print && flags.card
      ? plannedCards(flags.card, flags.gpus)
      : await cardsHere(nvidiaSmi, flags.card, flags.gpus)
  const files = await loadScenarios(
    [bundledScenario(MEMORY_PROBE), ...(flags.suite ?? (await allScenarios()))],
    await scenarioNames(io, 'refuse'),
  )
  const steps = boxPlan(files, card, count, serveOptions(flags, io))
  const plan = [
    ...containerEnv(io.env).notes.map((note) => `${note}\n`),
    planText(card.label, steps.map(planned), flags.restarts),
  ].join('')
  if (flags.print) {
    io.stderr.write(plan)
    for (const step of steps.filter((each) => each.leftOut === null && each.serve)) {
      io.stdout(`# ${step.name}\n${shellLine(step.serve?.argv ?? [], step.serve?.engine, step.serve?.image)}\n`)
    }
    return exitCodes.done
  }
  return unattended(boxLog(flags.out), `joulemark box --follow --out ${flags.out}`, io, async (logged) => {
    logged.stderr.write(plan)
    return qualifyIfHealthy(flags, logged, { steps, card, nvidiaSmi })
  })
}

const boxLog = (outDir: string): string => join(outDir, 'box.log')

async function qualifyIfHealthy(
  flags: BoxFlags,
  io: CommandIo,
  {
    steps,
    card,
    nvidiaSmi,
  }: { readonly steps: readonly BoxStep[]; readonly card: CardEntry; readonly nvidiaSmi: string },
): Promise<number> {
  const doctor = await runDoctor({ nvidiaSmi, clock: systemClock, expected: [card] })
  for (const check of doctor.checks.filter((each) => each.status === 'fail' || each.status === 'warn')) {
    io.stderr.write(`doctor: ${check.id} ${check.status}: ${check.read}\n`)
  }
  if (!doctor.isHealthy && !flags.force) {
    io.stderr.write('this server is not ready to benchmark: fix what doctor found, or continue with --force\n')
    return exitCodes.negativeResult
  }
  return qualify(flags, io, { steps, card, doctor })
}

async function qualify(
  flags: BoxFlags,
  io: CommandIo,
  {
    steps,
    card,
    doctor,
  }: { readonly steps: readonly BoxStep[]; readonly card: CardEntry; readonly doctor: DoctorReport },
): Promise<number> {
  const interrupts = watchInterrupts(io, runInterrupts, terminalGone(boxLog(flags.out)))
  try {
    const earlier = await earlierRuns([flags.out, ...(flags.references ?? [])], io)
    const tools: UnattendedTools = {
      say: (line) => io.stderr.write(`${line}\n`),
      signal: interrupts.drain,
      serve: (plan) =>
        startServer(plan, {
          clock: systemClock,
          env: dockerEnv(io.env),
          timeoutMs: flags.timeoutMinutes * 60_000,
          signal: interrupts.drain,
          onLine: () => {},
        }),
      probe: (plan) =>
        runProbe(plan, {
          env: dockerEnv(io.env),
          timeoutMs: flags.timeoutMinutes * 60_000,
          signal: interrupts.drain,
        }),
      run: (file, endpoint, start) =>
        runOnce(file, {
          ...runOptions({ ...flags, endpoint, gpu: true, progress: true, calibrate: true }, io, interrupts),
          ...start,
        }),
    }
    const before = openBoxState(flags.out, card.key, flags.resume ?? false)
    const state = await runUnattended(steps, before, { outDir: flags.out, restarts: flags.restarts }, tools)
    const ran = state.steps.flatMap((step) => (step.run === null ? [] : [step.run]))
    const judged = await readAll(ran)
    for (const why of judged.unreadable) io.stderr.write(`not part of the verdict: ${why}\n`)
    const runs = judged.runs.map(({ record }) => record)
    const others = earlier.filter(({ record }) => !runs.some((run) => run.id === record.id))
    const lines = acceptance(runs, others, doctor.checks)
    if (runs.length > 0)
      io.stdout(renderTerminal(buildReport(runs, { money: configuredMoney(io), boxFindings }), { color: io.color }))
    for (const line of restartLines(runs)) io.stdout(`${line}\n`)
    const withoutRun = state.steps.filter(({ outcome, run }) => outcome === 'failed' && run === null)
    const reasons = withoutRun.map(({ name, reason }) => ({ name, reason: reason ?? 'no record' }))
    io.stdout(verdictText(card.label, lines, reasons))
    if (interrupts.drain.aborted) return exitCodes.interrupted
    const isAccepted = boxAccepted(lines) && judged.unreadable.length === 0
    await keepVerdict(judged.runs, lines, { isAccepted, env: io.env })
    return isAccepted ? exitCodes.done : exitCodes.negativeResult
  } finally {
    interrupts.unwatch()
  }
}

/** The runs of these folders with the verdicts on their servers; what cannot be read is said and skipped. */
async function earlierRuns(folders: readonly string[], io: CommandIo): Promise<EarlierRun[]> {
  const histories = await Promise.all(folders.map(readHistory))
  const judged = await Promise.all(histories.flatMap(({ runs }) => runs.map(withVerdict)))
  const problems = [
    ...histories.flatMap(({ unreadable }) => unreadable),
    ...judged.flatMap(({ invalid }) => invalid ?? []),
  ]
  for (const why of problems) io.stderr.write(`skipped in the history of this card: ${why}\n`)
  return judged
}

/** Writes the verdict beside each run, for later servers; nothing where no figure was judged. */
async function keepVerdict(
  runs: readonly StoredRun[],
  lines: readonly AcceptanceLine[],
  { isAccepted, env }: { readonly isAccepted: boolean; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  if (lines.every(({ verdict }) => verdict === 'not-measured')) return
  const verdict = isAccepted ? 'accepted' : 'rejected'
  const failed = lines.filter((line) => line.verdict === 'fail').map(figureText)
  const key = loadKey(env)
  const at = new Date()
  await Promise.all(runs.map((run) => writeAcceptance(run, { verdict, failed, at }, key)))
}

function checkSecrets(env: NodeJS.ProcessEnv): void {
  readSecret(env, 'OPENAI_API_KEY')
  readSecret(env, 'HF_TOKEN')
}

/** Every bundled scenario except those of the tiny test model. */
async function allScenarios(): Promise<string[]> {
  const names = await bundledNames()
  return names.filter((name) => !name.startsWith('tiny-')).map(bundledScenario)
}

const planned = (step: BoxStep): PlannedScenario => ({ ...step, corrections: step.serve?.corrections ?? [] })
