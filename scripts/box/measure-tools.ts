import { cpus } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { MinutesLeft } from '../../harness/box/measure/time-left.ts'
import {
  isCommand,
  type MeasureTools,
  type RunEnd,
  type RunPlace,
  type UpServer,
} from '../../harness/box/measure/tools.ts'
import type { BoxCard, PlannedRun, PlannedServer } from '../../harness/box/plan/box-plan.ts'
import { runProbe } from '../../harness/box/probe/run-probe.ts'
import { systemClock } from '../../harness/clock.ts'
import { dockerEnv, handedValues } from '../../harness/endpoint/serve/container-env.ts'
import { startServer } from '../../harness/endpoint/serve/server.ts'
import { calibrateClient } from '../../harness/load/calibration.ts'
import { calibrationPlanOf } from '../../harness/load/calibration-plan.ts'
import { planLoad } from '../../harness/load/plan-load.ts'
import { type FinishedRun, runOnce } from '../../harness/run/run.ts'
import { runScenarioFile } from '../../harness/run/run-file.ts'
import type { RunOptions } from '../../harness/run/run-options.ts'
import type { WallAsked } from '../../harness/telemetry/wall/asked.ts'
import type { Live } from '../live/live.ts'
import type { Left } from '../live/time-left.ts'
import { runOptions } from '../run/run-options.ts'
import type { Interrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { startView } from '../support/serving/start-view.ts'
import { LastWords } from './last-words.ts'
import type { LimitsInForce } from './site-limits.ts'

/** What the side effects of measuring a box are made from. */
export interface MeasureSetup {
  readonly flags: {
    readonly out: string
    readonly card?: string
    readonly nvidiaSmi?: string
    readonly wall?: WallAsked
    readonly timeoutMinutes: number
  }
  readonly io: CommandIo
  readonly live: Live
  readonly interrupts: Interrupts
  /** All cards of the box. */
  readonly cards: readonly BoxCard[]
  /** What cards were set to for the night; absent where nothing was set. */
  readonly settingOf?: LimitsInForce['settingOf']
}

/** Load-generator threads of one of several loads at once, which share the processors of the client. */
const MOST_WORKERS = 8
const workersFor = (lanes: number, processors = cpus().length): number =>
  Math.max(1, Math.min(MOST_WORKERS, Math.floor((processors - 1) / lanes)))

/** A run that failed is asked for this long whether its server has ended: docker reports that, and how, a moment later. */
const END_OF_SERVER_MS = 5000

/** The side effects of measuring a box: containers, probes, calibrations and runs. */
export function measureTools({ flags, io, live, interrupts, cards, settingOf }: MeasureSetup): MeasureTools {
  const container = { env: dockerEnv(io.env), timeoutMs: flags.timeoutMinutes * 60_000, signal: interrupts.drain }
  const labelOf = (server: PlannedServer): string =>
    cards.length === 1 ? '' : `GPU ${server.cards.map(({ index }) => index).join('+')}`

  async function serve(server: PlannedServer): Promise<UpServer> {
    const { launch } = server
    if (isCommand(launch)) throw new TypeError(`${launch.model} is a command, not a server`)
    const words = new LastWords()
    const label = labelOf(server)
    const name = `${label === '' ? '' : `${label}: `}server of ${launch.model}`
    const view = startView(live, { name, weightsBytes: launch.weightsBytes })
    const { url, ended, stop, record } = await startServer(launch, {
      ...container,
      clock: systemClock,
      onLine: (line) => words.add(line),
      onPhase: view.onPhase,
    }).finally(view.ended)
    return {
      url,
      record,
      ended: ended.then((how) => `the server ended (${how}): ${words.reason()}`),
      stop,
    }
  }

  async function run(planned: PlannedRun, place: RunPlace): Promise<RunEnd> {
    const { minutesLeft } = place
    if (minutesLeft !== undefined) live.beyond(() => leftOfNight(minutesLeft()))
    const finished: FinishedRun[] = []
    const once = async (file: Parameters<typeof runOnce>[0], options: RunOptions) => {
      const each = await runOnce(file, options)
      finished.push(each)
      return each
    }
    try {
      await runScenarioFile(planned.file, optionsOf(planned, place), once)
      return { finished, error: null }
    } catch (error) {
      if (place.url !== null) await endOrTime(place.drain)
      return { finished, error }
    }
  }

  function optionsOf({ mostTrials }: PlannedRun, place: RunPlace): RunOptions {
    const { server, url, part, underLoad, lanes, serverStart, cardProbe, certificate, drain } = place
    const [first] = server.cards
    const setting = settingOf?.(server.cards.map(({ uuid }) => uuid))
    const given = {
      ...flags,
      // cards of several models may be named; each is expected to be its own
      ...(flags.card === undefined || first === undefined ? {} : { card: first.entry.key }),
      ...(url === null ? {} : { endpoint: url }),
      gpus: server.cards.map(({ uuid }) => uuid),
      gpu: true,
      progress: true,
      calibrate: true,
      workers: workersFor(lanes),
    }
    return {
      ...runOptions(given, io, { drain, abort: interrupts.abort }, live.lane(labelOf(server))),
      secrets: handedValues(server.launch.argv, container.env),
      serverStart,
      ...(isCommand(server.launch) ? { container: { plan: server.launch, env: container.env } } : {}),
      ...(cardProbe === undefined ? {} : { cardProbe }),
      certificate,
      mostTrials,
      ...(setting === undefined ? {} : { setting }),
      box: { part, cards: cards.map(({ uuid }) => uuid), underLoad: [...underLoad] },
    }
  }

  return {
    serve,
    run,
    probe: async ({ launch }) =>
      isCommand(launch) ? { reason: 'a command has no probe' } : runProbe(launch, container),
    calibrate: async ({ scenario }, lanes) =>
      scenario.kind === 'text'
        ? calibrateClient(calibrationPlanOf(scenario, await planLoad(scenario), workersFor(lanes)))
        : null,
    say: live.line,
    nowMs: () => systemClock.nowMs(),
    signal: interrupts.drain,
  }
}

const leftOfNight = ({ stage, plan }: MinutesLeft): Left[] => [
  { of: 'this server', ms: stage * 60_000, kind: 'about' },
  { of: 'all', ms: plan * 60_000, kind: 'about' },
]

/** Waits until a signal is aborted, for a moment at most. */
async function endOrTime(signal: AbortSignal): Promise<void> {
  await delay(END_OF_SERVER_MS, undefined, { signal }).catch(() => undefined)
}
