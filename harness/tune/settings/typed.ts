import type { OperatingSetting } from '../../operating/point.ts'
import { shellWord } from '../../plain-text.ts'
import type { CardSettings, FoundCard } from './types.ts'

/** One call that sets a card, as arguments of nvidia-smi. */
export type SettingCall = readonly string[]

/** How calls that set a card are started: `nvidia-smi` alone for root, else behind `sudo -n`. */
export interface Typist {
  readonly program: string
  /** Words before the arguments of nvidia-smi. */
  readonly before: readonly string[]
}

export const limitCall = (uuid: string, watts: number): SettingCall => ['-i', uuid, '-pl', String(watts)]
/** Locks the clock to a range; one clock is a range of one. */
export const rangeCall = (uuid: string, range: { readonly minMHz: number; readonly maxMHz: number }): SettingCall => [
  '-i',
  uuid,
  '-lgc',
  `${range.minMHz},${range.maxMHz}`,
]
/** Whether a call locks a clock. */
export const isLock = (call: SettingCall): boolean => call.includes('-lgc')
export const unlockCall = (uuid: string): SettingCall => ['-i', uuid, '-rgc']

/** The calls that set every card, its limit before its clock. */
function callsOf(setting: OperatingSetting, cards: readonly Pick<FoundCard, 'uuid'>[]): readonly SettingCall[] {
  const { powerLimitW, smClockMHz } = setting
  return cards.flatMap(({ uuid }) => [
    ...(powerLimitW === null ? [] : [limitCall(uuid, powerLimitW)]),
    ...(smClockMHz === null ? [] : [rangeCall(uuid, { minMHz: smClockMHz, maxMHz: smClockMHz })]),
  ])
}

/** A call as a person would type it into a shell. */
export const typedLine = ({ program, before }: Typist, call: SettingCall): string =>
  [program, ...before, ...call].map(shellWord).join(' ')

/** Every line that sets these cards, for the announcement before anything is written. */
export const linesOf =
  (typist: Typist, cards: readonly Pick<FoundCard, 'uuid'>[]): CardSettings['commands'] =>
  (setting) =>
    callsOf(setting, cards).map((call) => typedLine(typist, call))

/** Every line that gives these cards back, for the announcement: their limits, and with `clocks` their clocks. */
export const backLinesOf =
  (
    typist: Typist,
    cards: readonly Pick<FoundCard, 'uuid' | 'powerLimitW'>[],
    clockBefore: { readonly minMHz: number; readonly maxMHz: number } | null,
  ): CardSettings['commandsBack'] =>
  (clocks) =>
    cards
      .flatMap(({ uuid, powerLimitW }) => [
        ...(powerLimitW === null ? [] : [limitCall(uuid, powerLimitW)]),
        ...(clocks ? [clockBefore === null ? unlockCall(uuid) : rangeCall(uuid, clockBefore)] : []),
      ])
      .map((call) => typedLine(typist, call))
