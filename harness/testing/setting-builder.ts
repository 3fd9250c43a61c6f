import type { RunSetting } from '../record/schema/setting.ts'

/** The setting of a run of a tuning at 300 W on a card that was found at 450 W. */
export const makeSetting = (over: Partial<RunSetting> = {}): RunSetting => ({
  tune: '20261126-120000-tune',
  powerLimitW: { asked: 300, enforced: 300, found: 450 },
  block: 0,
  blocks: 3,
  place: 0,
  seed: 1,
  by: 'tune',
  ...over,
})

/** The same at another limit or clock; a limit of null leaves the card as it was found. */
export const settingAt = (
  limitW: number | null,
  { clockMHz, ...over }: Partial<RunSetting> & { readonly clockMHz?: number } = {},
): RunSetting =>
  makeSetting({
    powerLimitW: { asked: limitW, enforced: limitW ?? 450, found: 450 },
    ...(clockMHz === undefined ? {} : { smClockMHz: { asked: clockMHz, read: clockMHz } }),
    ...over,
  })
