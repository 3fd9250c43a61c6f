import type { Quote } from './quote.ts'

/** How money was rounded, as printed on the page. */
export const rounding: readonly string[] = [
  'All amounts are in whole pence. Totals are the sums of the lines shown.',
  'Electricity is rounded up to the next penny, the other lines to the nearest penny.',
  'Unit prices are rounded up to a hundredth of a penny; the monthly output is rounded down.',
]

/** What the quote does not cover. */
export function notCovered(quote: Quote): string[] {
  const { setting, inputs } = quote
  const { utilisation } = inputs
  return [
    ...(setting === null
      ? []
      : [
          `Any other power limit or clock. The values hold for GPUs at ${setting}, to which they were set for the measurement.`,
        ]),
    'Models, prompt or answer lengths, concurrency, software versions and settings other than those measured.',
    utilisation < 1
      ? `Output beyond ${Number((utilisation * 100).toFixed(2))} % of the month under load. Unit prices assume this share.`
      : 'Unit prices at less than full load. They assume a server that is never idle.',
    'Latency of the network between you and the server. Latency was measured at the server.',
    'Latency beyond the stated percentile. Single requests may take longer.',
    'Quality of answers. Only speed and power were measured.',
    quote.draw.of === 'server'
      ? 'Power of the room. Power was measured at the server; the room is added by the stated factor.'
      : 'Power of the whole server and the room. Power was measured at the GPU boards; the rest is added by the stated factors.',
    ...quote.warnings.map((warning) => `Noted during the measurement: ${warning}`),
  ]
}
