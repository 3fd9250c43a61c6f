import type { Quote } from './quote.ts'

/** How money was rounded, as it stands on the page. */
export const rounding: readonly string[] = [
  'All amounts are whole pence; totals are sums of the lines shown.',
  'Electricity is rounded up to the penny, the other lines to the nearest.',
  'Prices a unit are rounded up to a hundredth of a penny, from a monthly output rounded down.',
]

/** What a reader might take for promised and is not. */
export function notPromised(quote: Quote): string[] {
  const { utilisation } = quote.inputs
  return [
    'Other models, prompt or answer lengths, concurrency, software versions or settings than those measured.',
    utilisation < 1
      ? `Output beyond ${Number((utilisation * 100).toFixed(2))} % of the month under load; prices a unit follow from that share.`
      : 'Prices a unit at less than full load: they follow from a box that is never idle.',
    'Latency of the network between you and the box; latencies are as measured at the server.',
    'Latency beyond the percentile named: single requests may take longer.',
    'Quality of answers: speed, power and price were measured, nothing else.',
    'Power is that of the GPU boards; what the rest of server and room adds is a stated factor, not a measurement.',
    ...quote.warnings.map((warning) => `Noted when measured: ${warning}`),
  ]
}
