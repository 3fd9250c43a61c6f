import { basename, join, resolve } from 'node:path'
import type { BoxCard } from '../../harness/box/plan/box-plan.ts'
import { systemClock } from '../../harness/clock.ts'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import type { Gpu } from '../../harness/record/schema/gpu.ts'
import type { RunSetting } from '../../harness/record/schema/setting.ts'
import { openTelemetry } from '../../harness/telemetry/open.ts'
import { refuseClaimed } from '../../harness/tune/restore/claim.ts'
import { isClosed, notePath, readNote } from '../../harness/tune/restore/note.ts'
import { restoreFolder } from '../../harness/tune/restore/restore-folder.ts'
import { openCardSettings } from '../../harness/tune/settings/open.ts'
import type { CardSettings } from '../../harness/tune/settings/types.ts'

/** The power limit at which a site runs some of its cards. */
export interface SiteLimit {
  readonly limitW: number
  readonly cards: readonly BoxCard[]
}

/** The limits of a night: the one of the flag for all cards, else those of joulemark.yaml, by card. */
export function siteLimits(
  cards: readonly BoxCard[],
  flagW: number | undefined,
  byCardW: Readonly<Record<string, number>> = {},
): SiteLimit[] {
  const limited = cards.flatMap((card) => {
    const limitW = flagW ?? byCardW[card.entry.key]
    return limitW === undefined ? [] : [{ card, limitW }]
  })
  return [...Map.groupBy(limited, ({ limitW }) => limitW)].map(([limitW, group]) => ({
    limitW,
    cards: group.map(({ card }) => card),
  }))
}

/** What a night does about its limits, one line each. */
export const siteLimitLines = (limits: readonly SiteLimit[]): string[] =>
  limits.map(
    ({ limitW, cards }) =>
      `power limit: ${limitW} W for GPU ${cards.map(({ index }) => index).join(', ')}, set before anything is measured and given back at the end`,
  )

/** The limit of each card, by its UUID. */
export const limitsByCard = (limits: readonly SiteLimit[]): Record<string, number> =>
  Object.fromEntries(limits.flatMap(({ limitW, cards }) => cards.map(({ uuid }) => [uuid, limitW])))

/** Limits that are in force until they are given back. */
export interface LimitsInForce {
  /** What the record of a run on these cards says of them; undefined where nothing was set, or not the same for all. */
  readonly settingOf: (uuids: readonly string[]) => RunSetting | undefined
  /** Gives every card its own limit back. Throws `environment`. */
  restore(): Promise<void>
}

/** Where the limits of a night are set. */
export interface SiteLimitSetup {
  readonly nvidiaSmi: string
  readonly out: string
  readonly say: (line: string) => void
}

/**
 * Sets the limits of a site, and says what it types. Cards that have theirs already are left alone. Limits that an earlier night
 * left set, as after a power cut, are given back first. Throws `bad-input` and `environment` in one line; then nothing is set.
 */
export async function setSiteLimits(limits: readonly SiteLimit[], setup: SiteLimitSetup): Promise<LimitsInForce> {
  const { nvidiaSmi, out } = setup
  const opened: CardSettings[] = []
  const settings = new Map<string, RunSetting>()
  const restore = () => allBack(opened, setup.say)
  try {
    for (const limit of limits) {
      const folder = limits.length === 1 ? out : join(out, `limit-${limit.limitW}`)
      await givenBack(folder, setup)
      const { gpus } = await openTelemetry({ path: nvidiaSmi, required: true })
      for (const [uuid, setting] of await setOne(limit, gpus, { folder, setup, opened })) settings.set(uuid, setting)
    }
  } catch (error) {
    // why the limits are not set is the first thing to know
    await restore().catch((failure: unknown) => setup.say(messageOf(failure)))
    throw error
  }
  return {
    settingOf: (uuids) => {
      const [first, ...rest] = uuids.map((uuid) => settings.get(uuid))
      return rest.every((each) => each?.powerLimitW.asked === first?.powerLimitW.asked) ? first : undefined
    },
    restore,
  }
}

/** Gives every group back, also after one that fails, and says what was done. Throws `environment` with all that failed. */
export async function allBack(
  opened: readonly Pick<CardSettings, 'restore'>[],
  say: SiteLimitSetup['say'],
): Promise<void> {
  const failures: string[] = []
  for (const each of opened) {
    try {
      for (const line of await each.restore()) say(line)
    } catch (error) {
      failures.push(messageOf(error))
    }
  }
  if (failures.length > 0) throw new JoulemarkError('environment', failures.join('; '))
}

async function givenBack(folder: string, { nvidiaSmi, say }: SiteLimitSetup): Promise<void> {
  const note = readNote(notePath(folder))
  if (note === null || isClosed(note)) return
  const { said, isDone } = await restoreFolder(folder, { nvidiaSmi })
  for (const line of said) say(line)
  if (!isDone) throw new JoulemarkError('environment', `an earlier night left its limits set: ${said.join('; ')}`)
}

async function setOne(
  { limitW, cards }: SiteLimit,
  gpus: readonly Gpu[],
  {
    folder,
    setup,
    opened,
  }: { readonly folder: string; readonly setup: SiteLimitSetup; readonly opened: CardSettings[] },
): Promise<[uuid: string, setting: RunSetting][]> {
  const { nvidiaSmi, out, say } = setup
  const tune = basename(resolve(out))
  const uuids = cards.map(({ uuid }) => uuid)
  const foundOf = (uuid: string) => gpus.find((gpu) => gpu.uuid === uuid)?.powerLimitW ?? null
  const settingOf = (uuid: string, enforced: number | null, found: number | null): [string, RunSetting] => [
    uuid,
    {
      ...{ tune, block: 0, blocks: 1, place: 0, seed: 0, by: 'box' as const },
      powerLimitW: { asked: limitW, enforced, found },
    },
  ]
  if (uuids.every((uuid) => foundOf(uuid) === limitW)) {
    // the limit of a tuning that goes on is gone when it ends
    refuseClaimed(gpus.filter(({ uuid }) => uuids.includes(uuid)).map(({ uuid, name }) => ({ uuid, name, nvidiaSmi })))
    say(`the cards are at ${limitW} W already: nothing is set`)
    return uuids.map((uuid) => settingOf(uuid, limitW, limitW))
  }
  const setting = { powerLimitW: limitW, smClockMHz: null }
  const settings = await openCardSettings({
    ...{ tune, folder, nvidiaSmi, gpus, uuids, startedAt: systemClock.wall() },
    location: { isThisMachine: true, reason: 'the command runs here' },
    // the servers of a night start later
    isServing: false,
    asked: [setting],
    say,
  })
  opened.push(settings)
  const foundW = new Map(settings.found.map(({ uuid, powerLimitW }) => [uuid, powerLimitW]))
  for (const line of [...settings.commands(setting), ...settings.notices]) say(line)
  say(`and at the end, whatever happens: ${settings.commandsBack(false).join('; ')}`)
  const enforced = await settings.apply(setting)
  return uuids.map((uuid) => settingOf(uuid, enforced.powerLimitW, foundW.get(uuid) ?? null))
}

/**
 * Measures while limits are in force, and gives them back. A card that does not take its own back is said, and `areBack` is false: the
 * verdict stands, but the server is not left as it was found.
 */
export async function atLimits<Result>(
  inForce: Pick<LimitsInForce, 'restore'> | null,
  say: (line: string) => void,
  measure: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly areBack: boolean }> {
  let areBack = true
  const restore = async () => {
    await inForce?.restore().catch((error: unknown) => {
      areBack = false
      say(messageOf(error))
    })
  }
  let result: Result
  try {
    result = await measure()
  } finally {
    await restore()
  }
  return { result, areBack }
}
