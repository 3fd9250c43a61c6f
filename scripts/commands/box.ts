import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { boxFindings } from '../../harness/box/findings.ts'
import { type BoxStep, boxPlan } from '../../harness/box/plan.ts'
import { openBoxState } from '../../harness/box/state.ts'
import { boxNight, type NightTools } from '../../harness/box/unattended.ts'
import { cardBySmiName } from '../../harness/catalogue/cards.ts'
import { cardsNamed, catalogueNames } from '../../harness/catalogue/find.ts'
import type { Card } from '../../harness/catalogue/types.ts'
import { systemClock } from '../../harness/clock.ts'
import { shellLine } from '../../harness/endpoint/serve/plan.ts'
import { startServer } from '../../harness/endpoint/serve/server.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { findRuns, readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { runOnce } from '../../harness/run/run.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { type DoctorReport, runDoctor } from '../../harness/telemetry/doctor/run-doctor.ts'
import { openTelemetry } from '../../harness/telemetry/open.ts'
import { type AcceptanceLine, acceptance, boxAccepted } from '../../reports/box/acceptance.ts'
import { restartLines } from '../../reports/box/restart-lines.ts'
import { buildReport } from '../../reports/build.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import { watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { runOptions } from './run.ts'
import { serveOptions } from './serve.ts'

/** `box` as typed. */
export interface BoxFlags {
  readonly suite?: readonly string[]
  readonly card?: string
  readonly resume?: boolean
  readonly print?: boolean
  readonly force?: boolean
  readonly out: string
  readonly port: number
  readonly gpus?: string
  readonly tag: string
  readonly cache?: string
  readonly nvidiaSmi?: string
  readonly timeoutMinutes: number
  /** Starts of the server for each scenario, one record each. */
  readonly restarts: number
}

/**
 * A fresh box, unattended: doctor, then each scenario that fits: serve, run, stop, as often as `restarts` says; then the
 * report and the verdict.
 */
export async function box(flags: BoxFlags, io: CommandIo): Promise<number> {
  const nvidiaSmi = flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI'] ?? 'nvidia-smi'
  const here = flags.print && flags.card ? foreseen(flags.card, flags.gpus) : await cardsHere(nvidiaSmi, flags)
  const { card } = here
  const paths = flags.suite ?? allScenarios()
  const files = await loadScenarios(paths, catalogueNames)
  const steps = boxPlan(files, card, here.count, serveOptions(flags, io))
  io.stderr.write(planText(card, steps, flags.restarts))
  if (flags.print) {
    for (const step of steps.filter((each) => each.leftOut === null && each.serve)) {
      io.stdout(`# ${step.name}\n${shellLine(step.serve?.argv ?? [])}\n`)
    }
    return exitCodes.done
  }
  const doctor = await runDoctor({ nvidiaSmi, clock: systemClock, expected: [card] })
  for (const check of doctor.checks.filter((each) => each.status === 'fail' || each.status === 'warn')) {
    io.stderr.write(`doctor: ${check.id} ${check.status}: ${check.read}\n`)
  }
  if (!doctor.isHealthy && !flags.force) {
    io.stderr.write('the box is not fit to be measured: mend it, or go on with --force\n')
    return exitCodes.answerIsNo
  }
  return night(flags, io, steps, card, doctor)
}

async function night(
  flags: BoxFlags,
  io: CommandIo,
  steps: readonly BoxStep[],
  card: Card,
  doctor: DoctorReport,
): Promise<number> {
  const interrupts = watchInterrupts((line) => io.stderr.write(`\n${line}\n`))
  try {
    const earlier = await recordsIn([flags.out])
    const tools: NightTools = {
      say: (line) => io.stderr.write(`${line}\n`),
      signal: interrupts.drain,
      serve: (plan) =>
        startServer(plan, {
          clock: systemClock,
          env: io.env,
          timeoutMs: flags.timeoutMinutes * 60_000,
          signal: interrupts.drain,
          onLine: () => {},
        }),
      run: (file, endpoint, serverStart) =>
        runOnce(file, {
          ...runOptions({ ...flags, endpoint, gpu: true, progress: true, certificate: true }, io, interrupts),
          serverStart,
        }),
    }
    const before = openBoxState(flags.out, card.key, flags.resume ?? false)
    const state = await boxNight(steps, before, flags.out, tools, flags.restarts)
    const ran = state.steps.flatMap((step) => (step.run === null ? [] : [step.run]))
    const runs = ran.length > 0 ? await recordsIn(ran) : []
    const lines = acceptance(
      runs,
      earlier.filter((each) => !runs.some((run) => run.id === each.id)),
      doctor.checks,
    )
    if (runs.length > 0) io.stdout(renderTerminal(buildReport(runs, { boxFindings }), { color: io.color }))
    for (const line of restartLines(runs)) io.stdout(`${line}\n`)
    io.stdout(verdictText(card, lines))
    if (interrupts.drain.aborted) return exitCodes.interrupted
    return boxAccepted(lines) ? exitCodes.done : exitCodes.answerIsNo
  } finally {
    interrupts.unwatch()
  }
}

interface Cards {
  readonly card: Card
  readonly count: number
}

/** A box that is only thought of: one card, or as many as are named. */
function foreseen(key: string, gpus: string | undefined): Cards {
  return { card: cardsNamed(key)[0] as Card, count: gpus?.split(',').length ?? 1 }
}

/** The card that nvidia-smi names; the edition decides what is expected of it. */
async function cardsHere(nvidiaSmi: string, flags: BoxFlags): Promise<Cards> {
  const { gpus } = await openTelemetry({ path: nvidiaSmi, required: true })
  const name = gpus[0]?.name ?? null
  const card = name === null ? null : cardBySmiName(name)
  if (card === null) {
    throw new JoulemarkError('bad-input', `box: ${name === null ? 'no GPU here' : `"${name}" is not in the catalogue`}`)
  }
  if (flags.card !== undefined && !cardsNamed(flags.card).some((each) => each.key === card.key)) {
    throw new JoulemarkError('bad-input', `--card ${flags.card}: here is ${card.key} ("${name}")`)
  }
  return { card, count: flags.gpus?.split(',').length ?? gpus.length }
}

/** Every scenario that comes with the tool, but for the model that is not one. */
function allScenarios(): string[] {
  const folder = fileURLToPath(new URL('../../scenarios', import.meta.url))
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.startsWith('tiny-'))
  return names.sort().map((name) => join(folder, name))
}

async function recordsIn(paths: readonly string[]): Promise<RunRecord[]> {
  const directories = await findRuns(paths).catch(() => [])
  const read = await Promise.allSettled(directories.map(readRun))
  return read.flatMap((each) => (each.status === 'fulfilled' ? [each.value.record] : []))
}

function planText(card: Card, steps: readonly BoxStep[], restarts: number): string {
  const minutes = restarts * steps.reduce((sum, step) => sum + step.minutes, 0)
  const starts = restarts === 1 ? '' : `, each on ${restarts} starts of its server`
  const lines = steps.map((step) =>
    step.leftOut === null
      ? `  ${step.name}: at most ${Math.ceil(step.minutes)} min${(step.serve?.corrections ?? []).map((each) => `; ${each}`).join('')}`
      : `  ${step.name}: left out: ${step.leftOut}`,
  )
  return `${card.label}: ${steps.filter((step) => step.leftOut === null).length} of ${steps.length} scenarios${starts}, at most ${Math.ceil(minutes)} min without downloads\n${lines.join('\n')}\n`
}

/** Which of several starts a line is about. */
const startText = ({ serverStart }: AcceptanceLine): string =>
  serverStart === undefined || serverStart.of === 1 ? '' : `, start ${serverStart.number} of ${serverStart.of}`

/** The last word on a box. */
function verdictText(card: Card, lines: readonly AcceptanceLine[]): string {
  const rows = lines.map((line) => {
    const band =
      line.low === null || line.high === null
        ? 'no band'
        : `${line.low.toFixed(0)} to ${line.high.toFixed(0)} (${line.basis})`
    const got = line.measured === null ? 'not measured' : `${line.measured.toFixed(0)} tokens/s`
    return [
      `  ${line.verdict.padEnd(12)} ${line.scenario}${startText(line)}: ${got}, ${band}`,
      ...line.why.map((why) => `    ${why}`),
    ].join('\n')
  })
  const word = boxAccepted(lines) ? 'ACCEPTED' : 'NOT ACCEPTED'
  return `${word}: ${card.label}\n${rows.join('\n')}${rows.length > 0 ? '\n' : ''}`
}
