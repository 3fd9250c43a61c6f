import type { OperatingSetting, TunePoint } from '../../harness/operating/point.ts'
import { formatCardTime, sumOfTimes } from '../../harness/plan/card-time.ts'
import { firstPoints, type SearchRange } from '../../harness/tune/search-range.ts'
import type { AnnouncedSettings, FoundCard } from '../../harness/tune/settings/types.ts'
import { counted } from '../../harness/units.ts'
import { type TunedLoad, tuningTimes } from './tuned-loads.ts'

/** What a tuning is about to do. */
export interface Announced {
  readonly title: string
  readonly settings: AnnouncedSettings
  readonly points: readonly TunePoint[] | SearchRange
  readonly loads: readonly TunedLoad[]
  readonly blocks: number
  readonly seed: number
  /** Exactly this many trials per run; null: those of the scenario. */
  readonly trials: number | null
  /** Where the tuning and its note are kept. */
  readonly folder: string
}

/**
 * What a person reads before a card is set: which cards, every line that will be typed, what is typed at the end, how long it
 * takes, and what to do after a power cut.
 */
export function announcement({ title, settings, points, loads, blocks, seed, trials, folder }: Announced): string[] {
  const { found, notices, commands, commandsBack } = settings
  const isSearch = 'minW' in points
  const first = isSearch ? firstPoints(points) : points
  const asked = distinct(first.map(({ setting }) => setting))
  const locks = asked.some(({ smClockMHz }) => smClockMHz !== null)
  return [
    `tuning ${title} on ${found.map(cardText).join('; ')}`,
    `  ${whatText(points, loads)}, in at most ${counted(blocks, 'block')} with every point once in a shuffled order (seed ${seed})`,
    `  at most ${formatCardTime(sumOfTimes(tuningTimes(first, loads, { blocks, trials })))} of card time; it ends earlier where all is decided${isSearch ? ', and adds limits between the first ones' : ''}`,
    `  what it types${isSearch ? `, for limits from ${points.minW} to ${points.maxW} W` : ''}:`,
    ...asked.flatMap(commands).map((line) => `    ${line}`),
    '  and at the end, whatever happens:',
    ...commandsBack(locks).map((line) => `    ${line}`),
    `  after a power cut: joulemark tune --restore ${folder}`,
    ...notices.map((notice) => `  note: ${notice}`),
  ]
}

/**
 * Says an announcement, and again what is different once the cards are claimed and it is known how they may be set. The first is before
 * anything is written to a card.
 */
export function announcer(say: (line: string) => void): (lines: readonly string[]) => void {
  let before: readonly string[] = []
  return (lines) => {
    if (before.length === 0) for (const line of lines) say(line)
    const changed = before.length === 0 ? [] : lines.filter((line) => !before.includes(line))
    if (changed.length > 0) say('since the cards are claimed, and it is known how they may be set, this is different:')
    for (const line of changed) say(line)
    before = lines
  }
}

const distinct = (settings: readonly OperatingSetting[]): OperatingSetting[] => [
  ...new Map(settings.map((setting) => [JSON.stringify(setting), setting])).values(),
]

const cardText = ({ index, uuid, name, powerLimitW }: FoundCard): string =>
  `GPU ${index ?? '?'} ${name} (${uuid}), found at ${powerLimitW === null ? 'an unknown limit' : `${powerLimitW} W`}`

function whatText(points: Announced['points'], loads: readonly TunedLoad[]): string {
  const streams = loads.flatMap(({ concurrency }) => concurrency ?? [])
  const beside = loads.length > 1 ? ` x ${streams.join(', ')} streams` : ''
  if ('minW' in points)
    return `power limits from ${points.minW} to ${points.maxW} W, to ${points.resolutionW} W${beside}`
  const limits = [...new Set(points.map(({ setting }) => setting.powerLimitW))].filter((watts) => watts !== null)
  const clocks = [...new Set(points.map(({ setting }) => setting.smClockMHz))].filter((mhz) => mhz !== null)
  const parts = [
    ...(limits.length > 0 ? [`power limits of ${limits.join(', ')} W`] : []),
    ...(clocks.length > 0 ? [`SM clocks of ${clocks.join(', ')} MHz`] : []),
  ]
  return `${parts.join(' x ')}${beside}: ${counted(points.length, 'point')}`
}
