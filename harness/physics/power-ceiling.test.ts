import { expect, it } from 'vitest'
import { powerCeilingW } from './power-ceiling.ts'

const unknown = { name: 'NVIDIA T1000', powerLimitW: null, powerDefaultLimitW: null, powerMaxLimitW: null }

it.each([
  ['the catalogue where the driver reports no limit', { ...unknown, name: 'NVIDIA GeForce RTX 4090' }, 750],
  ['so for the simulated card', { ...unknown, name: 'NVIDIA GeForce RTX 4090 (SIMULATED)' }, 750],
  [
    'a board that may draw more than the catalogue says',
    { ...unknown, name: 'NVIDIA GeForce RTX 4090', powerMaxLimitW: 660 },
    825,
  ],
  ['the driver for a card that the catalogue does not know', { ...unknown, powerDefaultLimitW: 140 }, 175],
  ['the enforced limit as well', { ...unknown, powerLimitW: 200 }, 250],
  ['nothing where nothing is known', unknown, null],
] as const)('is 125 %% of the highest limit known: %s', (_, limits, ceilingW) => {
  expect(powerCeilingW(limits)).toBe(ceilingW)
})
