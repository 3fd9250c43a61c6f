import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../harness/clock.ts'
import { parseAddress } from '../../harness/endpoint/address.ts'
import { locateServer } from '../../harness/endpoint/location.ts'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import type { OperatingSetting, TunePoint } from '../../harness/operating/point.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import { TUNING_PREFIX } from '../../harness/record/disk/run-folders.ts'
import { readHistory } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { runId } from '../../harness/record/writer.ts'
import { prepareRun } from '../../harness/run/prepare.ts'
import { runOnce } from '../../harness/run/run.ts'
import type { RunOptions } from '../../harness/run/run-options.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { pidsOfServer } from '../../harness/telemetry/host/listener.ts'
import { chooseServingGpus } from '../../harness/telemetry/inventory/choose-gpus.ts'
import { describeFound } from '../../harness/telemetry/inventory/describe-found.ts'
import { openTelemetry } from '../../harness/telemetry/open.ts'
import { DEFAULT_BLOCKS } from '../../harness/tune/default-blocks.ts'
import { playTune, type TuneEnd, type TuneTools } from '../../harness/tune/play.ts'
import { isLeftAlone } from '../../harness/tune/restore/give-back.ts'
import { refuseOther } from '../../harness/tune/same-tuning.ts'
import { firstPoints, type SearchRange } from '../../harness/tune/search-range.ts'
import { openCardSettings } from '../../harness/tune/settings/open.ts'
import type { AnnouncedSettings, CardSettings } from '../../harness/tune/settings/types.ts'
import type { Facts } from '../../reports/facts.ts'
import { type CardColumn, UNLISTED } from '../../reports/tables/selection.ts'
import { tuningMoney } from '../../reports/tune/tuning.ts'
import type { Live } from '../live/live.ts'
import { suiteOf } from '../live/suite.ts'
import { announcement, announcer } from './announce.ts'
import { DEFAULT_SEED } from './tune-defaults.ts'
import type { AskedTuning, TuneFlags } from './tune-flags.ts'
import { askedPoints, type TunedLoad, tunedLoads, tuningTimes } from './tuned-loads.ts'

/** What a tuning of one scenario is made from. */
export interface TuneSetup {
  readonly flags: TuneFlags
  readonly asked: AskedTuning
  readonly facts: Facts
  /** Options of its runs; the folder is that of the tuning. */
  readonly options: (folder: string) => RunOptions
  readonly drain: AbortSignal
  readonly live: Live
  /** Waiting after a new setting: power and clocks of a card follow it within about a second. */
  readonly settleMs: number
}

/** A tuning that has ended, and whether the cards are as they were. */
export interface TuneDone {
  readonly folder: string
  readonly end: TuneEnd
  /** Why a card was not given back; null where all were. */
  readonly notRestored: JoulemarkError | null
}

/**
 * Tunes one scenario: reads the cards, says what it will do, plays the points and gives the cards back on every way out. Throws
 * `bad-input` and `environment` in one line before a card is touched.
 */
export async function tuneOne(file: ScenarioFile, setup: TuneSetup): Promise<TuneDone> {
  const { flags, asked } = setup
  const { line: say } = setup.live
  const loads = tunedLoads(file, asked.concurrencies)
  const found = await cardsOf(file, setup)
  const folder = folderOf(file, found.card, flags)
  const done = await doneIn(folder, loads, setup)
  const [blocks, seed] = orderOf(done, flags, asked)
  const { trials } = setup.options(folder)
  const tell = announcer(say)
  const announce = (settings: AnnouncedSettings): Play['points'] => {
    const points = askedPoints(asked, loads, settings.found)
    tell(announcement({ title: file.title, settings, points, loads, blocks, seed, trials, folder }))
    return points
  }
  const settings = await settingsOf(file, found, { folder, setup, announce })
  let end: TuneEnd
  let notRestored: JoulemarkError | null = null
  try {
    const points = announce(settings)
    end = await played({ points, loads, blocks, seed, done }, { folder, found, settings, setup })
  } finally {
    try {
      const said = await settings.restore()
      say(
        `${said.some(isLeftAlone) ? 'a card was left alone' : 'the cards are as they were found'}: ${said.join(', ')}`,
      )
    } catch (error) {
      notRestored = error instanceof JoulemarkError ? error : new JoulemarkError('environment', messageOf(error))
      say(notRestored.message)
    }
  }
  return { folder, end, notRestored }
}

interface FoundCards {
  readonly gpus: Awaited<ReturnType<typeof openTelemetry>>['gpus']
  readonly serving: readonly { readonly uuid: string; readonly powerLimitW: number | null }[]
  readonly card: CardColumn
}

async function cardsOf(file: ScenarioFile, { flags, options }: TuneSetup): Promise<FoundCards> {
  const { nvidiaSmi } = options(flags.out)
  const telemetry = await openTelemetry(nvidiaSmi && { ...nvidiaSmi, required: true })
  const gpus = chooseServingGpus(telemetry.gpus, flags.gpus ?? [], file.server?.tensorParallel ?? 1, telemetry.warnings)
  const serving = servingGpus(gpus)
  const { from, entry } = await describeFound(serving[0]!, {
    fingerprint: telemetry.fingerprint,
    now: systemClock.wall(),
  })
  const key = from === 'reported' ? `${UNLISTED}${serving[0]!.name}` : entry.key
  return { gpus, serving, card: { key, label: entry.label } }
}

function folderOf(file: ScenarioFile, { key }: CardColumn, { resume, out }: TuneFlags): string {
  if (resume !== undefined) return join(dirname(resume), basename(resume))
  return join(out, `${TUNING_PREFIX}${runId(systemClock.wall(), key.replace(UNLISTED, ''), file.name)}`)
}

async function settingsOf(
  file: ScenarioFile,
  { gpus, serving }: FoundCards,
  {
    folder,
    setup,
    announce,
  }: {
    readonly folder: string
    readonly setup: TuneSetup
    readonly announce: (settings: AnnouncedSettings) => void
  },
): Promise<CardSettings> {
  const { options, asked, live } = setup
  const { nvidiaSmi, endpoint } = options(folder)
  const address = parseAddress(endpoint)
  const isServing = file.kind !== 'training'
  const here = { isThisMachine: true, reason: 'the command runs here' }
  return openCardSettings({
    tune: basename(folder),
    folder,
    nvidiaSmi: nvidiaSmi?.path ?? 'nvidia-smi',
    gpus,
    uuids: serving.map(({ uuid }) => uuid),
    location: isServing ? await locateServer(address.url) : here,
    isServing,
    serverPids: async () => (isServing ? pidsOfServer(address.port) : []),
    announce,
    say: live.line,
    asked: knownSettings(asked),
    clockBefore: asked.clockBefore,
    startedAt: systemClock.wall(),
  })
}

/** Every setting that is known before the cards are read. */
const knownSettings = ({ limits, clocksMHz }: AskedTuning): OperatingSetting[] => [
  ...(limits === 'auto' || limits === null ? [] : limits.map((powerLimitW) => ({ powerLimitW, smClockMHz: null }))),
  ...clocksMHz.map((smClockMHz) => ({ powerLimitW: null, smClockMHz })),
]

/** The runs that an interrupted tuning left; none for a new one. Throws `bad-input` where they measured something else. */
async function doneIn(
  folder: string,
  loads: readonly TunedLoad[],
  { flags: { resume }, options }: TuneSetup,
): Promise<RunRecord[]> {
  if (resume === undefined) return []
  const { runs } = await readHistory(folder)
  const done = runs.map(({ record }) => record).filter(({ setting }) => setting?.tune === basename(folder))
  if (done.length === 0) {
    throw new JoulemarkError('bad-input', `--resume ${resume}: no run of a tuning in it; start it without --resume`)
  }
  for (const { file } of loads) refuseOther(done, [await prepareRun(file, options(folder))])
  return done
}

/** Blocks and seed: as asked, or as they were; another order would not continue the one that was begun. */
function orderOf(
  [first]: readonly RunRecord[],
  { blocks, seed }: TuneFlags,
  { limits }: AskedTuning,
): readonly [number, number] {
  const usual = DEFAULT_BLOCKS[limits === 'auto' ? 'search' : 'grid']
  return [blocks ?? first?.setting?.blocks ?? usual, first?.setting?.seed ?? seed ?? DEFAULT_SEED]
}

interface Play {
  readonly points: readonly TunePoint[] | SearchRange
  readonly loads: readonly TunedLoad[]
  readonly blocks: number
  readonly seed: number
  readonly done: readonly RunRecord[]
}

async function played(
  { loads, done, ...plan }: Play,
  {
    folder,
    found: { card },
    settings,
    setup,
  }: {
    readonly folder: string
    readonly found: FoundCards
    readonly settings: CardSettings
    readonly setup: TuneSetup
  },
): Promise<TuneEnd> {
  const { options, facts, drain, live, settleMs } = setup
  const limits = [...new Set(settings.found.map(({ powerLimitW }) => powerLimitW))]
  const foundW = limits.length === 1 ? (limits[0] ?? null) : null
  const calibrations = new Map<string, RunRecord['certificate']>()
  const { points, blocks } = plan
  const isSearch = 'minW' in points
  const { trials, calibrate: calibrates } = options(folder)
  const times = tuningTimes(isSearch ? firstPoints(points) : points, loads, { blocks, trials, calibrates })
  // a search finds more points as it goes; both end where all is decided
  const suite = suiteOf('tuning', times, { may: isSearch ? 'grow' : 'end-early', done: done.length })
  live.beyond(suite.left)
  const tools: TuneTools = {
    apply: (setting) => settings.apply(setting),
    settle: async () => {
      await delay(settleMs, undefined, { signal: drain }).catch(() => undefined)
    },
    run: async ({ concurrency }, setting) => {
      const { file } = loads.find((load) => load.concurrency === concurrency) ?? loads[0]!
      const certificate = calibrations.get(file.name)
      // the client is calibrated once for each load
      const known = certificate === undefined ? {} : { certificate }
      const { record } = await suite.next(() => runOnce(file, { ...options(folder), setting, ...known }))
      calibrations.set(file.name, record.certificate)
      return record
    },
    say: live.line,
    signal: drain,
  }
  const found =
    foundW === null
      ? {
          powerLimitW: null,
          reason:
            limits.length > 1 ? `the cards were found at ${limits.join(' and ')} W` : 'the driver reports no limit',
        }
      : { powerLimitW: foundW }
  return playTune(
    { ...plan, tune: basename(folder), found, money: (records) => tuningMoney(card, records, facts), done },
    tools,
  )
}
