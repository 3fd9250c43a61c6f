import { resolve } from 'node:path'
import { JoulemarkError } from '../../errors.ts'
import type { OperatingSetting } from '../../operating/point.ts'
import { ownMark } from '../../telemetry/host/process-mark.ts'
import type { Inventory } from '../../telemetry/inventory/inventory.ts'
import { runNvidiaSmi, type SmiExec } from '../../telemetry/smi/exec.ts'
import { readProcesses } from '../../telemetry/snapshot/processes.ts'
import { type Keeper, startKeeper } from '../restore/keeper.ts'
import { isClosed, notePath, readNote } from '../restore/note.ts'
import { restoreNote } from '../restore/restore-folder.ts'
import { readCards } from './cards.ts'
import { refuseOthers, refuseOutside, refuseUnsettable, type SettingFacts } from './refusals.ts'
import { backLinesOf, linesOf } from './typed.ts'
import type { CardSettings, FoundCard } from './types.ts'

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
  /** Processes of the server, if joulemark started it. */
  readonly serverPids?: readonly number[]
  /** False for a workload whose process starts later, such as a training command. */
  readonly isServing: boolean
  /** Every setting that is known already: all of them are checked before anything is written. */
  readonly asked: readonly OperatingSetting[]
  /** The clock lock to return to: nvidia-smi cannot read one. Null or absent: none. */
  readonly clockBefore?: { readonly minMHz: number; readonly maxMHz: number } | null
  readonly startedAt: Date
  /** Starts the process that sets the cards; for tests. */
  readonly keeper?: () => Keeper
}

/**
 * Opens the settings of the serving cards: refuses what must not be touched, starts the process that sets them and gives them back, and
 * finds out whether it may. Nothing is changed before `apply`. Throws `bad-input` and `environment` in one line.
 */
export async function openCardSettings(options: CardSettingsOptions): Promise<CardSettings> {
  const { nvidiaSmi, uuids, asked, folder, clockBefore = null } = options
  const exec: SmiExec = (args) => runNvidiaSmi(nvidiaSmi, args)
  // a server elsewhere may have no nvidia-smi here at all
  if (options.location.isThisMachine !== true) refuseUnsettable(await factsOf(options, []), asked)
  const cards = await readCards(exec, uuids)
  const facts = await factsOf(options, cards)
  refuseUnsettable(facts, asked)
  const keeper = options.keeper?.() ?? startKeeper()
  const { typist } = await openKeeper(keeper, options)
  return {
    found: cards.map(({ migMode: _, ...card }) => card),
    notices: noticesOf(cards, asked, clockBefore),
    commands: linesOf(typist, cards),
    commandsBack: backLinesOf(typist, cards, clockBefore),
    apply: async (setting) => {
      refuseOutside(cards, setting)
      // a tuning takes hours: others may have come since, while a list that fails once is no reason to end it
      refuseOthers({ ...facts, processes: await readProcesses(exec) })
      return (await keeper.ask({ ask: 'apply', setting }, 'applied')).enforced
    },
    restore: () => restored(keeper, folder, nvidiaSmi),
  }
}

async function factsOf(options: CardSettingsOptions, cards: SettingFacts['cards']): Promise<SettingFacts> {
  const { gpus, location, serverPids = [], isServing, nvidiaSmi } = options
  return {
    cards,
    virtualization: new Map(gpus.map(({ uuid, virtualization = null }) => [uuid, virtualization])),
    processes: cards.length === 0 ? { processes: null } : await readProcesses((args) => runNvidiaSmi(nvidiaSmi, args)),
    serverPids,
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

/** Gives the cards back through the keeper, or by this process where the keeper was killed. */
async function restored(keeper: Keeper, folder: string, nvidiaSmi: string): Promise<void> {
  const path = notePath(folder)
  const note = readNote(path)
  if (note === null || isClosed(note)) return keeper.release()
  const { isDone, said } = keeper.isGone
    ? await restoreNote(path, note, nvidiaSmi, 'tune')
    : await keeper.ask({ ask: 'restore' }, 'restored')
  keeper.release()
  if (isDone) return
  throw new JoulemarkError(
    'environment',
    `the cards are not as they were found: ${said.join('; ')}; it is tried again for ten minutes, then run joulemark tune --restore ${folder}`,
  )
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
