import { resolve } from 'node:path'
import type { OperatingSetting } from '../../operating/point.ts'
import { ownMark } from '../../telemetry/host/process-mark.ts'
import type { Inventory } from '../../telemetry/inventory/inventory.ts'
import { runNvidiaSmi, type SmiExec } from '../../telemetry/smi/exec.ts'
import { readProcesses } from '../../telemetry/snapshot/processes.ts'
import { type Keeper, startKeeper } from '../restore/keeper.ts'
import { Restorer } from '../restore/restorer.ts'
import { type CardState, readCards } from './cards.ts'
import { refuseOthersSoon } from './others.ts'
import { refuseOutside, refuseUnsettable, type SettingFacts } from './refusals.ts'
import { likelyTypist, probeLines } from './rights.ts'
import { backLinesOf, linesOf, type Typist } from './typed.ts'
import type { AnnouncedSettings, CardSettings, FoundCard } from './types.ts'

export interface CardSettingsOptions {
  /** Id of the tuning: the name of its folder. */
  readonly tune: string
  /** Output folder of the tuning; the note `restore.json` is written there before the first write to a card. */
  readonly folder: string
  readonly nvidiaSmi: string
  /** The cards of this machine as they were read; only the serving ones are set. */
  readonly gpus: Inventory['gpus']
  /** UUIDs of the serving cards. */
  readonly uuids: readonly string[]
  /** Whether the measured server runs on this machine; its record knows. A command that runs here is on this machine. */
  readonly location: SettingFacts['location']
  /** Processes of the server now; none where they cannot be seen. A server may be started again while it is tuned. */
  readonly serverPids?: () => Promise<readonly number[]>
  /** False for a workload whose process starts later, such as a training command. */
  readonly isServing: boolean
  /** Every setting that is known already: all of them are checked before anything is written. */
  readonly asked: readonly OperatingSetting[]
  /** The clock lock to return to: nvidia-smi cannot read one. Null or absent: none. */
  readonly clockBefore?: { readonly minMHz: number; readonly maxMHz: number } | null
  readonly startedAt: Date
  /** Shows what will be done before anything is written at all; rights and cards may turn out to be others. */
  readonly announce?: (announced: AnnouncedSettings) => void
  /** Says what is typed to find out whether the cards may be set, before it is typed. */
  readonly say?: (line: string) => void
  /** Starts the process that sets the cards; for tests. */
  readonly keeper?: () => Keeper
}

/**
 * Opens the settings of the serving cards: refuses what must not be touched, starts the process that sets them and gives them back, and
 * finds out whether it may. Nothing is changed before `apply`. Throws `bad-input` and `environment` in one line.
 */
export async function openCardSettings(options: CardSettingsOptions): Promise<CardSettings> {
  const { nvidiaSmi, uuids, asked, folder } = options
  const exec: SmiExec = (args) => runNvidiaSmi(nvidiaSmi, args)
  // a server elsewhere may have no nvidia-smi here at all
  if (options.location.isThisMachine !== true) refuseUnsettable(await factsOf(options, []), asked)
  const seen = await readCards(exec, uuids)
  refuseUnsettable(await factsOf(options, seen), asked)
  options.announce?.(announcedBy(likelyTypist(nvidiaSmi), seen, options))
  for (const line of probeLines(nvidiaSmi, seen)) options.say?.(line)
  const keeper = options.keeper?.() ?? startKeeper()
  // what was seen before the cards were claimed may be the work of a tuning that was ending
  const { typist, cards } = await openKeeper(keeper, options)
  const restorer = new Restorer({ keeper, folder, nvidiaSmi })
  return {
    ...announcedBy(typist, cards, options),
    apply: async (setting) => {
      refuseOutside(cards, setting)
      // a tuning takes hours: others may have come since, while a list that fails once is no reason to end it
      await refuseOthersSoon(() => factsOf(options, cards))
      return await restorer.watched(
        setting,
        async () => (await keeper.ask({ ask: 'apply', setting }, 'applied')).enforced,
      )
    },
    restore: () => restorer.restore(),
  }
}

/** What a person is shown of these cards, and the lines that are typed for them. */
function announcedBy(
  typist: Typist,
  cards: readonly CardState[],
  { asked, clockBefore = null }: Pick<CardSettingsOptions, 'asked' | 'clockBefore'>,
): AnnouncedSettings {
  return {
    found: cards.map(({ migMode: _, ...card }) => card),
    notices: noticesOf(cards, asked, clockBefore),
    commands: linesOf(typist, cards),
    commandsBack: backLinesOf(typist, cards, clockBefore),
  }
}

async function factsOf(options: CardSettingsOptions, cards: SettingFacts['cards']): Promise<SettingFacts> {
  const { gpus, location, serverPids, isServing, nvidiaSmi } = options
  return {
    cards,
    virtualization: new Map(gpus.map(({ uuid, virtualization = null }) => [uuid, virtualization])),
    processes: cards.length === 0 ? { processes: null } : await readProcesses((args) => runNvidiaSmi(nvidiaSmi, args)),
    serverPids: cards.length === 0 ? [] : ((await serverPids?.()) ?? []),
    location,
    isServing,
  }
}

async function openKeeper(keeper: Keeper, options: CardSettingsOptions) {
  const { tune, folder, nvidiaSmi, uuids, clockBefore = null, startedAt } = options
  const opening = {
    tune,
    // the note outlives the working folder of this process
    folder: resolve(folder),
    nvidiaSmi: nvidiaSmi.includes('/') ? resolve(nvidiaSmi) : nvidiaSmi,
    uuids,
    clockBefore,
    startedAt: startedAt.toISOString(),
    process: ownMark(),
  }
  try {
    return await keeper.ask({ ask: 'open', opening }, 'opened')
  } catch (error) {
    keeper.release()
    throw error
  }
}

function noticesOf(
  cards: readonly FoundCard[],
  asked: readonly OperatingSetting[],
  clockBefore: CardSettingsOptions['clockBefore'],
): string[] {
  const forgetful = cards.filter(({ isPersistent }) => isPersistent === false)
  const setsClocks = asked.some(({ smClockMHz }) => smClockMHz !== null)
  return [
    ...forgetful.map(
      ({ uuid, name, index }) =>
        `${uuid} (${name}): persistence mode is off, so the driver forgets its limit and clock when no process holds the card; sudo nvidia-smi -i ${index ?? uuid} -pm 1 keeps them`,
    ),
    ...(setsClocks && !clockBefore
      ? [
          'a clock lock that is in place now cannot be read from the driver and will be gone: the clocks are unlocked at the end',
        ]
      : []),
  ]
}
