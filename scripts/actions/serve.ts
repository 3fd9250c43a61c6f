import { cardsNamed, scenarioKeysFor } from '../../harness/catalogue/find.ts'
import { systemClock } from '../../harness/clock.ts'
import { containerEnv, dockerEnv } from '../../harness/endpoint/serve/container-env.ts'
import { offlineBy, offlineNotes } from '../../harness/endpoint/serve/engine/offline.ts'
import { imageNote, offlineOptions } from '../../harness/endpoint/serve/image/identity.ts'
import { DEFAULT_VLLM_TAG } from '../../harness/endpoint/serve/image/vllm-images.ts'
import { type LaunchPlan, launchPlan } from '../../harness/endpoint/serve/launch-plan.ts'
import type { ServeOptions, ServePlan } from '../../harness/endpoint/serve/plan.ts'
import { type RunningServer, startServer } from '../../harness/endpoint/serve/server.ts'
import type { StartFacts } from '../../harness/endpoint/serve/start-log.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { widestRun } from '../../harness/scenario/expand.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import type { Scenario } from '../../harness/scenario/schema.ts'
import type { ServingExample } from '../../reports/comparison/serving.ts'
import { openLive } from '../live/live.ts'
import { serverInterrupts, watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { scenarioNames } from '../support/models/scenario-models.ts'
import type { ContainerFlags } from '../support/serving/container-flags.ts'
import { launchLine } from '../support/serving/launch-line.ts'
import { makeCacheFolder, serveOptions, withHandedEnv } from '../support/serving/serve-options.ts'
import { startView } from '../support/serving/start-view.ts'

/** Flags of `serve`. */
export interface ServeFlags extends ContainerFlags {
  readonly card: string
  readonly print?: boolean
  readonly timeoutMinutes: number
}

/** Serves until interrupted. */
export async function serveUntilStopped(path: string, flags: ServeFlags, io: CommandIo): Promise<number> {
  const interrupts = watchInterrupts(io, serverInterrupts)
  try {
    return await serve(path, flags, io, interrupts.drain)
  } finally {
    interrupts.unwatch()
  }
}

/** Prints what is started for a scenario on a card, or serves it until the signal. */
export async function serve(path: string, flags: ServeFlags, given: CommandIo, signal: AbortSignal): Promise<number> {
  const io = withHandedEnv(flags, given)
  const [file] = await loadScenarios([path], await scenarioNames(io, 'refuse'))
  const [card] = cardsNamed(flags.card)
  if (file === undefined || card === undefined) throw new JoulemarkError('bad-input', `${path}: contains no scenario`)
  const scenario = resolveScenario(widestRun(file), scenarioKeysFor(card.key))
  const plan = launchPlan(scenario, card.key, await offlineOptions(serveOptions(flags, io), dockerEnv(io.env)))
  const offline = offlineBy(flags.offline ?? false, io.env)
  for (const note of [...containerEnv(io.env).notes, ...offlineNotes(offline)]) io.stderr.write(`${note}\n`)
  if (flags.print) {
    io.stdout(planText(plan, scenario))
    return plan.refusal === null ? exitCodes.done : exitCodes.negativeResult
  }
  if (plan.refusal !== null)
    throw new JoulemarkError('negative-result', `scenario ${file.name} on ${card.label}: ${plan.refusal}`)
  if (plan.kind !== 'server') {
    const instead = 'joulemark box runs it in its container, and --print shows the command'
    throw new JoulemarkError('bad-input', `scenario ${file.name} is a training, which serves nothing: ${instead}`)
  }
  for (const correction of plan.corrections) io.stderr.write(`${correction}\n`)
  await makeCacheFolder(plan)
  const server = await start(plan, flags, io, signal)
  try {
    io.stdout(`endpoint  ${server.url}\n${factsText(server.facts)}`)
    const note = server.record === undefined ? null : imageNote(plan.image, server.record.image)
    if (note !== null) io.stderr.write(`${note}\n`)
    io.stderr.write('Ctrl-C stops it and removes the container.\n')
    return await untilStopped(server, io, signal)
  } finally {
    await server.stop()
  }
}

/** Default options of `serve --print`, with the reader's cache folder. */
const unasked: ServeOptions = { port: 8000, gpus: [], tag: DEFAULT_VLLM_TAG, cacheDir: '~/.cache/huggingface' }

/** The `docker run` line of a recorded scenario on a card, for a report; or why there is none. */
export function servingExample(scenario: Scenario, cardKey: string): ServingExample {
  try {
    const plan = launchPlan(scenario, cardKey, unasked)
    const { corrections, refusal } = plan
    return { lines: launchLine(plan, scenario).split('\n'), corrections, refusal }
  } catch (error) {
    if (error instanceof JoulemarkError) return { reason: error.message }
    throw error
  }
}

async function start(plan: ServePlan, flags: ServeFlags, io: CommandIo, signal: AbortSignal): Promise<RunningServer> {
  const view = startView(openLive(io.stderr), { name: plan.model, weightsBytes: plan.weightsBytes })
  try {
    return await startServer(plan, {
      clock: systemClock,
      env: dockerEnv(io.env),
      timeoutMs: flags.timeoutMinutes * 60_000,
      signal,
      onLine: (line) => io.stderr.write(`${line}\n`),
      onPhase: view.onPhase,
    })
  } finally {
    view.ended()
  }
}

async function untilStopped(server: RunningServer, io: CommandIo, signal: AbortSignal): Promise<number> {
  const stopped = new Promise<true>((resolve) => {
    if (signal.aborted) resolve(true)
    signal.addEventListener('abort', () => resolve(true), { once: true })
  })
  const how = await Promise.race([stopped, server.ended])
  if (how === true) return exitCodes.done
  io.stderr.write(`the server ended (${how}); its last lines are above\n`)
  return exitCodes.environmentFailed
}

/** The line with its corrections as shell comments; no line where none can work, because it would be pasted. */
function planText(plan: LaunchPlan, scenario: Scenario): string {
  if (plan.refusal !== null) return `# cannot work: ${plan.refusal}\n`
  const notes = plan.corrections.map((correction) => `# ${correction}`)
  return `${[...notes, launchLine(plan, scenario)].join('\n')}\n`
}

function factsText(facts: StartFacts): string {
  const lines = [
    ['version', facts.version],
    ['weights', facts.weightsGiB === null ? null : `${facts.weightsGiB} GiB in ${facts.weightsSeconds} s`],
    ['KV cache', facts.kvTokens === null ? null : `${facts.kvTokens} tokens, ${facts.kvGiB ?? '?'} GiB`],
    ['at once', facts.maxConcurrency === null ? null : `${facts.maxConcurrency} sequences of the full context`],
  ]
  return lines.map(([name, value]) => (value === null ? '' : `${String(name).padEnd(9)} ${value}\n`)).join('')
}
