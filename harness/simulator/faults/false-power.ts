import type { SmiGpu } from '../smi/state.ts'
import type { SensorFaultName } from './names.ts'

type Power = SmiGpu['power']
const ABSURD_W = 4_294_967.29
const STUCK_SHARE = 0.6
const ABOVE_LIMIT_SHARE = 1.15
/** `power.draw` as a share of `power.draw.instant`: 250 W of 400 W in a public report. */
const APART_SHARE = 0.625

/** Readings of power sensors that are wrong from the start, and of those that are wrong under load, from the true power. */
const always: Partial<Record<SensorFaultName, (power: Power) => Partial<Power>>> = {
  'zero-watts': () => ({ drawW: 0, instantW: 0 }),
  'stuck-power': ({ limitW }) => ({ drawW: limitW * STUCK_SHARE, instantW: limitW * STUCK_SHARE }),
  'instant-apart': ({ instantW }) => ({ drawW: instantW * APART_SHARE }),
}
const underLoad: Partial<Record<SensorFaultName, (power: Power) => Partial<Power>>> = {
  'above-limit': ({ limitW }) => ({ drawW: limitW * ABOVE_LIMIT_SHARE, instantW: limitW * ABOVE_LIMIT_SHARE }),
}

/** The power of a card as faulty sensors show it; `isBusy` while the card works. */
export function falsePower(names: readonly SensorFaultName[], gpu: SmiGpu, isBusy: boolean): SmiGpu {
  const wrong = names.flatMap((name) => always[name] ?? (isBusy ? (underLoad[name] ?? []) : []))
  return wrong.length === 0 ? gpu : { ...gpu, power: Object.assign({}, gpu.power, ...wrong.map((of) => of(gpu.power))) }
}

/** One reading of both sensors that no card can have. */
export const absurdPower = (gpu: SmiGpu): SmiGpu => ({
  ...gpu,
  power: { ...gpu.power, drawW: ABSURD_W, instantW: ABSURD_W },
})
