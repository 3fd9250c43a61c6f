import { expect, test } from 'vitest'
import { enforcedPowerLimitW } from './serving-gpus.ts'

const gpu = (powerLimitW: number | null, serving = true) => ({ serving, powerLimitW })

test.each([
  ['the lowest of the serving GPUs, because the others wait for it', [gpu(600), gpu(300), gpu(450)], 300],
  ['a GPU that does not serve does not count', [gpu(600), gpu(150, false)], 600],
  ['one that reports none does not count', [gpu(null), gpu(450)], 450],
  ['unknown where none reports one', [gpu(null), gpu(300, false)], null],
  ['unknown without GPUs', [], null],
] as const)('the enforced power limit: %s', (_, gpus, limitW) => {
  expect(enforcedPowerLimitW(gpus)).toBe(limitW)
})
