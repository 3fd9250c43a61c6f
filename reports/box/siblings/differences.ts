import { median } from 'simple-statistics'
import type { Part } from '../quantities.ts'
import type { CardState } from './card-state.ts'

/** Share of the samples from which a slowdown counts. */
const SLOWED = 0.05
/**
 * Hotter by this much is worth a word, in °C. Healthy cards of one server differ by 5 °C (eight A100) and 7 °C (sixteen V100) from the
 * coolest to the hottest under gpu_burn: the logs of spreads.ts.
 */
const HOTTER_C = 8

/** What two cards may differ in, and how it is said. */
interface Difference {
  /** The parts of a card whose loss it explains. */
  readonly explains: readonly Part[]
  readonly words: string
}

type Figure = 'powerLimitW' | 'memClockMHz' | 'copyGBs' | 'smClockMHz' | 'matrixTflops' | 'linkWidth'

/** A figure that is lower than on the siblings. */
interface Lower {
  /** Below this share of their median it counts. */
  readonly share: number
  readonly explains: readonly Part[]
  readonly say: (here: number, there: number) => string
  /** Its name among the figures that are judged, where that is another. */
  readonly figure?: string
}

const everything: readonly Part[] = ['memory bandwidth', 'arithmetic', 'throughput', 'prefill', 'SM clock']
const computing: readonly Part[] = ['arithmetic', 'throughput', 'prefill', 'SM clock']

/**
 * What else differs between a card and its siblings, most telling first: settings, then slowdowns, clocks, memory and links.
 * `except` is the figure that is judged: it does not explain itself.
 */
export function likelyCause(
  own: CardState,
  siblings: readonly CardState[],
  { shows, except }: { readonly shows: Part; readonly except: string },
): string | null {
  const found = differences(own, siblings, except).filter(({ explains }) => explains.includes(shows))
  if (found.length > 0)
    return found
      .map(({ words }) => words)
      .slice(0, 2)
      .join('; ')
  const clocks = own.memClockMHz !== null && own.smClockMHz !== null
  return shows === 'memory bandwidth' && clocks
    ? 'its memory: clocks, power limit and ECC mode are those of its siblings'
    : null
}

function differences(own: CardState, siblings: readonly CardState[], except: string): Difference[] {
  const usual = (of: (card: CardState) => number | null): number | null =>
    medianOf(siblings.flatMap((card) => of(card) ?? []))
  const slowed = (share: number | null, of: (card: CardState) => number | null) =>
    share !== null && share > SLOWED && share > (usual(of) ?? 0) + SLOWED
  const lower = (key: Figure, { share, explains, say, figure = key }: Lower): Difference[] => {
    const [here, there] = [own[key], usual((card) => card[key])]
    if (figure === except || here === null || there === null || here >= share * there) return []
    return [{ explains, words: say(here, there) }]
  }
  const hotter = hotterBy(own, siblings)
  const heat = own.temperatureC === null ? '' : ` at ${own.temperatureC.toFixed(0)} °C`
  const sibling = hotter === null ? '' : `, its siblings reach ${(own.temperatureC! - hotter).toFixed(0)} °C`
  return [
    ...(own.eccMode === 'Enabled' && siblings.some(({ eccMode }) => eccMode === 'Disabled')
      ? [{ explains: everything, words: 'ECC: enabled here, and not on all of its siblings' }]
      : []),
    ...lower('powerLimitW', {
      share: 0.99,
      explains: everything,
      say: (here, there) => `power limit: ${here.toFixed(0)} W here, ${there.toFixed(0)} W on its siblings`,
    }),
    ...(slowed(own.heatShare, ({ heatShare }) => heatShare)
      ? [
          {
            explains: everything,
            words: `cooling: slowed by heat in ${percent(own.heatShare)} of the samples${heat}${sibling}`,
          },
        ]
      : []),
    ...(slowed(own.powerBrakeShare, ({ powerBrakeShare }) => powerBrakeShare)
      ? [
          {
            explains: everything,
            words: `power supply: slowed by the power brake in ${percent(own.powerBrakeShare)} of the samples`,
          },
        ]
      : []),
    ...lower('memClockMHz', {
      share: 0.99,
      explains: ['memory bandwidth', 'throughput'],
      say: (here, there) => `memory clock: ${here.toFixed(0)} MHz here, ${there.toFixed(0)} MHz on its siblings`,
    }),
    ...lower('copyGBs', {
      share: 0.98,
      figure: 'copyBandwidthGBs',
      explains: ['memory bandwidth', 'throughput'],
      say: (here, there) =>
        `its memory: a copy reaches ${here.toFixed(0)} GB/s, ${percent(here / there)} of its siblings`,
    }),
    ...lower('smClockMHz', {
      share: 0.975,
      explains: everything,
      say: (here, there) => `SM clock: ${here.toFixed(0)} MHz here, ${there.toFixed(0)} MHz on its siblings`,
    }),
    ...(hotter === null || slowed(own.heatShare, ({ heatShare }) => heatShare)
      ? []
      : [{ explains: computing, words: `cooling: ${hotter.toFixed(0)} °C hotter than its siblings${heat}` }]),
    ...lower('matrixTflops', {
      share: 0.96,
      explains: ['arithmetic', 'throughput', 'prefill'],
      say: (here, there) =>
        `its arithmetic: matrix products reach ${here.toFixed(0)} TFLOPS, ${percent(here / there)} of its siblings`,
    }),
    ...lower('linkWidth', {
      share: 1,
      explains: ['throughput', 'prefill', 'link'],
      say: (here, there) => `PCIe link: x${here} here, x${there} on its siblings`,
    }),
    ...(own.numaNode !== null && siblings.every(({ numaNode }) => numaNode !== null && numaNode !== own.numaNode)
      ? [
          {
            explains: ['link'] as const,
            words: `its link goes to processor socket ${own.numaNode}, those of its siblings do not`,
          },
        ]
      : []),
  ]
}

/** By how many °C a card is hotter than the median of its siblings, where that is worth a word. */
export function hotterBy(own: CardState, siblings: readonly CardState[]): number | null {
  const usual = medianOf(siblings.flatMap(({ temperatureC }) => temperatureC ?? []))
  if (own.temperatureC === null || usual === null) return null
  const hotter = own.temperatureC - usual
  return hotter >= HOTTER_C ? hotter : null
}

const medianOf = (values: readonly number[]): number | null => (values.length === 0 ? null : median([...values]))
const percent = (share: number | null): string => `${(100 * (share ?? 0)).toFixed(0)} %`
