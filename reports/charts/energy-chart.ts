import type { Selection } from '../tables/selection.ts'
import type { Chart } from './chart-types.ts'
import { metricBars } from './metric-bars.ts'

/** Energy efficiency: one group of bars per scenario, one bar per card with its 95 % interval. Null without measured energy. */
export const energyChart = (selection: Selection, colorOf: (card: string) => number): Chart | null =>
  metricBars('tokensPerJ', selection.scenarios, selection, {
    id: 'tokens-per-joule',
    about: 'in the steady window, with 95 % intervals',
    digitsOf: () => 2,
    colorOf,
  })
