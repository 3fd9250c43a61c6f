import { cpus } from 'node:os'
import { cardKeys, PRO_6000_GROUP } from '../../harness/catalogue/cards.ts'
import { modelKeys } from '../../harness/catalogue/models.ts'
import { systemClock } from '../../harness/clock.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import type { FinishedRun } from '../../harness/run.ts'
import { runFile } from '../../harness/run-file.ts'
import type { RunOptions } from '../../harness/run-options.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { nearest } from '../../harness/scenario/nearest.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { summaryText } from '../support/answer.ts'
import { watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { progressView } from '../support/progress-view.ts'
import { toolInfo } from '../support/tool-info.ts'

/** `run` as typed. */
export interface RunFlags {
  readonly endpoint: string
  readonly card?: string
  readonly gpus?: string
  readonly nvidiaSmi?: string
  readonly gpu: boolean
  readonly out: string
  readonly trials?: number
  readonly workers?: number
  readonly json?: boolean
  readonly progress: boolean
  readonly requireQuotable?: boolean
}

/** Live run of scenario or suite files against a server that is already running. Returns the exit code. */
export async function run(paths: readonly string[], flags: RunFlags, io: CommandIo): Promise<number> {
  const files = await loadScenarios(paths, { models: modelKeys, cards: [...cardKeys, PRO_6000_GROUP] })
  checkCard(flags.card)
  const interrupts = watchInterrupts((line) => io.stderr.write(`\n${line}\n`))
  try {
    const finished = await runAll(files, runOptions(flags, io, interrupts))
    io.stdout(
      flags.json
        ? `${JSON.stringify({ runs: finished }, null, 2)}\n`
        : finished.map((each) => summaryText(each, io)).join('\n'),
    )
    if (interrupts.drain.aborted) return exitCodes.interrupted
    return flags.requireQuotable && finished.some((each) => !each.record.quotable)
      ? refuseQuote(finished, io)
      : exitCodes.done
  } finally {
    interrupts.unwatch()
  }
}

async function runAll(files: readonly ScenarioFile[], options: RunOptions): Promise<FinishedRun[]> {
  const finished: FinishedRun[] = []
  for (const file of files) {
    if (options.drain.aborted) break
    finished.push(...(await runFile(file, options)))
  }
  return finished
}

/** Flags and environment as the options of a run. */
export function runOptions(
  flags: RunFlags,
  io: CommandIo,
  signals: { readonly drain: AbortSignal; readonly abort: AbortSignal },
): RunOptions {
  const named = flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI']
  return {
    clock: systemClock,
    endpoint: flags.endpoint,
    apiKey: io.env['OPENAI_API_KEY'] || null,
    nvidiaSmi: flags.gpu ? { path: named || 'nvidia-smi', required: Boolean(named) } : null,
    outDir: flags.out,
    card: flags.card ?? null,
    gpus: flags.gpus ? flags.gpus.split(',').map((each) => each.trim()) : [],
    trials: flags.trials ?? null,
    // one thread draws, samples and writes; the rest may time tokens
    workers: flags.workers ?? Math.max(1, Math.min(8, cpus().length - 1)),
    tool: toolInfo(),
    progress: progressView(io.stderr, flags.progress),
    drain: signals.drain,
    abort: signals.abort,
  }
}

function checkCard(card: string | undefined): void {
  const known = [...cardKeys, PRO_6000_GROUP]
  if (card === undefined || known.includes(card)) return
  const near = nearest(card, known)
  const advice = near ? `did you mean "${near}"?` : `known: ${known.join(', ')}`
  throw new JoulemarkError('bad-input', `--card ${card}: no such card in the catalogue; ${advice}`)
}

function refuseQuote(finished: readonly FinishedRun[], io: CommandIo): number {
  for (const { record } of finished.filter((each) => !each.record.quotable)) {
    const failing = record.gates.filter(
      (gate) => gate.status === 'fail' || (gate.required && gate.status === 'not-measured'),
    )
    const why = failing.map((gate) => `${gate.id} ${gate.status}: ${gate.evidence}`).join('; ')
    io.stderr.write(`not quotable: ${record.id}: ${why || `status ${record.status}`}\n`)
  }
  return exitCodes.answerIsNo
}
