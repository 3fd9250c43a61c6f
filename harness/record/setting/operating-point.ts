import { servingGpus } from '../../physics/serving-gpus.ts'
import type { RunRecord } from '../schema/run.ts'

/* Runs whose cards were set on purpose. Whoever groups runs asks here, so that runs of different settings are never repeats of one another. */

type Set = Pick<RunRecord, 'setting'>

/** Whether a limit or a clock of the cards was set for this run; a run of a tuning that left them as found was not. */
const isSet = ({ setting }: Set): boolean =>
  setting !== undefined && (setting.powerLimitW.asked !== null || setting.smClockMHz !== undefined)

/**
 * Whether `tune` set the cards for this run: a point of a tuning, which is shown beside the other points and stands for no
 * card as it is run. A run at the standard limit of a site, which `box` set, is none.
 */
export const isOperatingPoint = (run: Set): boolean => run.setting?.by === 'tune' && isSet(run)

/** What was set for a run, such as `300 W, SM clock 1500 MHz`; null for cards as they were found. */
export function settingText({ setting }: Set): string | null {
  if (setting === undefined || !isSet({ setting })) return null
  const { powerLimitW, smClockMHz } = setting
  return [
    ...(powerLimitW.asked === null ? [] : [`${powerLimitW.asked} W`]),
    ...(smClockMHz === undefined ? [] : [`SM clock ${smClockMHz.asked} MHz`]),
  ].join(', ')
}

/** The power limit, in W per GPU, that was set for a run on purpose; null where none was. A card at it is no card with a lowered limit. */
export const meantLimitW = ({ setting }: Set): number | null => setting?.powerLimitW.asked ?? null

/** The limits that the serving cards of a run had, and the clock that was locked: equal where the cards ran alike. */
export const enforcedState = ({ gpus, setting }: Pick<RunRecord, 'gpus' | 'setting'>): string =>
  JSON.stringify([servingGpus(gpus).map(({ powerLimitW }) => powerLimitW), setting?.smClockMHz?.asked ?? null])
