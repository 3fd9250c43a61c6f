import type { TunePoint } from '../operating/point.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { RunSetting } from '../record/schema/setting.ts'
import type { EnforcedSetting } from './settings/types.ts'

/** That a card ran at another clock than the one that was asked for: a driver takes one that the card has. Null where it did not. */
export function otherClock({ setting }: RunRecord): string | null {
  const { asked, locked = null, read = null } = setting?.smClockMHz ?? {}
  if (asked === undefined) return null
  const parts = [
    ...(locked === null || locked === asked ? [] : [`the driver locked ${locked} MHz`]),
    ...(read === null || read === asked ? [] : [`under load the SM clock was ${read} MHz`]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

/** The setting of a run of a tuning, for its record. */
export function settingOf(
  { setting }: TunePoint,
  at: {
    readonly block: number
    readonly place: number
    readonly enforced: EnforcedSetting
    /** Limit per GPU before anything was set, null with a reason. */
    readonly plan: Pick<RunSetting, 'tune' | 'blocks' | 'seed'> & {
      readonly found: { readonly powerLimitW: number | null; readonly reason?: string }
    }
  },
): RunSetting {
  const { block, place, enforced, plan } = at
  const reason = enforced.reason ?? plan.found.reason
  return {
    tune: plan.tune,
    powerLimitW: {
      asked: setting.powerLimitW,
      enforced: enforced.powerLimitW,
      found: plan.found.powerLimitW,
      ...(reason === undefined ? {} : { reason }),
    },
    ...(setting.smClockMHz === null
      ? {}
      : {
          smClockMHz: {
            asked: setting.smClockMHz,
            locked: enforced.smClockMHz,
            // the run reads it from its samples
            ...{ read: null, reason: 'the run ended before its samples were read' },
          },
        }),
    block,
    blocks: plan.blocks,
    place,
    seed: plan.seed,
    by: 'tune',
  }
}
