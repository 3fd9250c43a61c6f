import { join } from 'node:path'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { exitCodes } from '../../harness/errors.ts'
import { shellWord } from '../../harness/plain-text.ts'
import { requireWritable } from '../../harness/record/disk/out-folder.ts'
import { NO_P99 } from '../../harness/run/expectation.ts'
import { CANNOT_BE_QUOTED } from '../../harness/run/not-quotable.ts'
import type { Progress } from '../../harness/run/progress.ts'
import { type FinishedRun, runOnce } from '../../harness/run/run.ts'
import { expandSweep, type PlainTextFile } from '../../harness/scenario/expand.ts'
import { bundledScenario } from '../../harness/scenario/find-scenario.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { shortenedLength } from '../../harness/scenario/prompt/length.ts'
import { launchSimulator } from '../../harness/simulator/launch.ts'
import { counted } from '../../harness/units.ts'
import { publish } from '../../reports/publish.ts'
import { type NextCommand, nextText } from '../../reports/run-answer/next.ts'
import { openLive } from '../live/live.ts'
import { type Suite, suiteOf, timeOfFile } from '../live/suite.ts'
import { longest } from '../live/time-left.ts'
import { runOptions } from '../run/run-options.ts'
import { watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { firstLookText } from '../support/terminal.ts'
import { assemble } from './report.ts'

/** The article's two cards; its 300 W row is the Max-Q edition. */
const cards = ['rtx-4090', 'rtx-pro-6000-max-q'] as const
const workloads = ['llama-3.1-8b-fp8-single', 'llama-3.1-8b-fp8-batch32', 'llama-3.1-8b-fp8-50-streams'] as const

/**
 * How a demo differs from a measurement: it is short. Prompts and outputs shrink by the same factor, which keeps their
 * ratio and roughly the throughput. The record holds the shortened scenario.
 */
const lengths = {
  full: { workloads, trials: 3, shrink: 8, seconds: 3.2, warmupSeconds: 0.8 },
  quick: { workloads: workloads.slice(0, 2), trials: 1, shrink: 8, seconds: 2.8, warmupSeconds: 0.3 },
} as const

/** Runs the full comparison on the simulator: both cards at once, then the article's tables. All results are SIMULATED. */
export async function demo(flags: { readonly quick?: boolean; readonly out: string }, io: CommandIo): Promise<number> {
  requireWritable(flags.out)
  const length = flags.quick ? lengths.quick : lengths.full
  const scenarios = (await loadScenarios(length.workloads.map(bundledScenario), catalogueNames))
    .flatMap(expandSweep)
    .filter((file) => file.kind === 'text')
    .map((file) => shortened(file, length))
  const interrupts = watchInterrupts(io)
  const live = openLive(io.stderr, { isSaid: isNewsOfDemo })
  const times = scenarios.map((file) => timeOfFile(file, { trials: length.trials, calibrates: false }))
  const suites = cards.map(() => suiteOf('demo', times))
  live.beyond((ofRunMs) => longest(suites.flatMap((suite) => suite.left(ofRunMs))))
  io.stderr.write('Demo on the simulator: no GPU is used, and every number below is SIMULATED.\n')
  try {
    const lists = await Promise.all(
      cards.map((card, at) => {
        const { trials } = length
        return playCard(card, scenarios, {
          suite: suites[at]!,
          out: flags.out,
          trials,
          io,
          signals: interrupts,
          progress: live.lane(card),
        })
      }),
    )
    if (interrupts.drain.aborted) return exitCodes.interrupted
    const runs = lists.flat()
    const formats = ['html', 'md', 'csv', 'json'] as const
    const report = await assemble({ stored: runs }, {}, null, formats)
    io.stdout(firstLookText(report, io))
    const [page = flags.out] = await publish(report, formats, join(flags.out, 'report'))
    const written = `\nRecords: ${flags.out} (${counted(runs.length, 'run')})\nReport:  ${page}\n`
    io.stdout(`${written}${nextText(afterDemo(flags.out), io)}`)
    return exitCodes.done
  } finally {
    interrupts.unwatch()
  }
}

/** What no simulated run can be (quotable), and how many requests its short trials have, is no news here. */
const isNewsOfDemo = (message: string): boolean =>
  !(
    message.startsWith(CANNOT_BE_QUOTED) ||
    message.startsWith(NO_P99) ||
    /^about \d+ requests? in the window/.test(message)
  )

/** What to type after the demo: all of it, then the same on a real server. */
export const afterDemo = (out: string): NextCommand[] => [
  { command: `report ${shellWord(out)} --all`, does: 'every table, here' },
  { command: 'doctor', does: 'is this server ready?' },
  { command: 'init', does: 'writes a scenario' },
  { command: 'run --endpoint http://127.0.0.1:8000', does: 'measures a server' },
]

async function playCard(
  card: string,
  scenarios: readonly PlainTextFile[],
  play: {
    readonly out: string
    readonly trials: number
    /** What is left of this card. */
    readonly suite: Suite
    readonly io: CommandIo
    readonly signals: { readonly drain: AbortSignal; readonly abort: AbortSignal }
    readonly progress: Progress
  },
): Promise<FinishedRun[]> {
  const { out, trials, suite, io, signals, progress } = play
  const simulator = await launchSimulator({ card, model: 'llama-3.1-8b-instruct-fp8' })
  try {
    const flags = {
      endpoint: simulator.url,
      nvidiaSmi: simulator.nvidiaSmi,
      gpu: true,
      out,
      trials,
      simulate: card,
      workers: 1,
      calibrate: false,
      progress: true,
    }
    const finished: FinishedRun[] = []
    for (const scenario of scenarios) {
      if (signals.drain.aborted) break
      finished.push(await suite.next(() => runOnce(scenario, runOptions(flags, io, signals, progress))))
    }
    return finished
  } finally {
    await simulator.stop()
  }
}

function shortened(file: PlainTextFile, length: (typeof lengths)[keyof typeof lengths]): PlainTextFile {
  const { seconds, warmupSeconds } = length
  // of one stream, several answers must begin in the window: without one there is no TTFT
  const shrink = file.load.shape === 'closed' && file.load.concurrency === 1 ? 2 * length.shrink : length.shrink
  return {
    ...file,
    load: file.load.shape === 'closed' ? { ...file.load, rampSeconds: 0.3 } : file.load,
    prompt: { ...file.prompt, tokens: shortenedLength(file.prompt.tokens ?? 1, shrink) },
    output: { ...file.output, tokens: shortenedLength(file.output.tokens, shrink) },
    trial: { ...file.trial, seconds, warmupSeconds, idleSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 0.5 },
  }
}
