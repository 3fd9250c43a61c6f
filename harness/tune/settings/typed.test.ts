import { expect, test } from 'vitest'
import { backLinesOf, linesOf, type Typist, typedLine, unlockCall } from './typed.ts'

const cards = [{ uuid: 'GPU-a' }, { uuid: 'GPU-b' }]
const sudo: Typist = { program: 'sudo', before: ['-n', 'nvidia-smi'] }

test('every card is set by its UUID, because the number of a card changes with the order of the machine', () => {
  const lines = linesOf(sudo, cards)
  expect(lines({ powerLimitW: 300, smClockMHz: 1500 })).toEqual([
    'sudo -n nvidia-smi -i GPU-a -pl 300',
    'sudo -n nvidia-smi -i GPU-a -lgc 1500,1500',
    'sudo -n nvidia-smi -i GPU-b -pl 300',
    'sudo -n nvidia-smi -i GPU-b -lgc 1500,1500',
  ])
  expect(lines({ powerLimitW: null, smClockMHz: null })).toEqual([])
})

test('a path with a space is typed so that a shell takes it as one word', () => {
  const typist: Typist = { program: '/opt/my tools/nvidia-smi', before: [] }
  expect(typedLine(typist, unlockCall('GPU-a'))).toBe("'/opt/my tools/nvidia-smi' -i GPU-a -rgc")
})

test('what gives the cards back is shown too: the limit of each, and its clocks where they are locked', () => {
  const found = [{ uuid: 'GPU-a', powerLimitW: 450 }]
  expect(backLinesOf(sudo, found, null)(false)).toEqual(['sudo -n nvidia-smi -i GPU-a -pl 450'])
  expect(backLinesOf(sudo, found, null)(true)[1]).toBe('sudo -n nvidia-smi -i GPU-a -rgc')
  expect(backLinesOf(sudo, found, { minMHz: 0, maxMHz: 1800 })(true)[1]).toBe('sudo -n nvidia-smi -i GPU-a -lgc 0,1800')
})
