import { describe, expect, it, test } from 'vitest'
import { compareVersions, kernelModuleIn } from './kernel-module.ts'

describe('kernelModuleIn', () => {
  it.each([
    [
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  595.71.05  Release Build  (root@host)\nGCC version: 13\n',
      { version: '595.71.05', kind: 'open' },
    ],
    [
      'NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  580.95.05  Release Build\n',
      { version: '580.95.05', kind: 'open' },
    ],
    [
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  575.51.03  Tue Apr 22 03:52:15 UTC 2025\n',
      { version: '575.51.03', kind: 'closed' },
    ],
    ['something else\n', null],
    [null, null],
  ])('%j', (text, module) => {
    expect(kernelModuleIn(text)).toEqual(module)
  })
})

test.each([
  ['535.288', '595.71.05', -1],
  ['580.126', '575.51.03', 1],
  ['590.48', '590.48.01', 0],
  ['550.54.15', '550.54.14', 1],
  ['9.1', '10.0', -1],
  ['0.0-sim', '0.0-sim', 0],
])('compareVersions(%s, %s)', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign)
})
