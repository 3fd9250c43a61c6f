import type { Chart } from '../charts/chart-types.ts'
import type { ShownProof } from './words.ts'

/** The switched load as power.draw read it, and as the window that was found has it. None where no window was found. */
export function switchedChart({ sensor, source }: ShownProof): Chart[] {
  if (sensor === null || sensor.window === null || sensor.switched.length === 0) return []
  const { windowMs, delayMs, lowW, highW } = sensor.window
  const points = (which: 1 | 2) => sensor.switched.map((point) => [point[0] / 1000, point[which]] as const)
  return [
    {
      kind: 'lines',
      id: 'switched',
      title: 'The switched load, as read and as fitted',
      summary: `Full load on and off, between ${lowW.toFixed(0)} and ${highW.toFixed(0)} W: power.draw as it was sampled, and the mean over ${windowMs.toFixed(0)} ms with a delay of ${delayMs.toFixed(0)} ms that fits it best.`,
      about: 'comparison',
      simulated: source === 'simulated',
      x: { label: 'Time since the first edge (s)' },
      panels: [
        {
          y: { label: 'Power (W)', min: 0 },
          lines: [
            { name: 'power.draw', color: 0, style: 'measured', points: points(1) },
            { name: 'fit', color: 1, style: 'limit', points: points(2) },
          ],
        },
      ],
      bands: [],
      marks: [],
    },
  ]
}
