import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coreFields } from '../smi/fields.ts'
import { parseSmiLine } from './smi-line.ts'

const line =
  '2026/11/23 10:00:00.250, GPU-6000bbbb-0000-4000-8000-000000000001, 297.37, 307.72, 90538, 99, 55, 1927, 13365, 81, P1, 0x0000000000000004'

describe('parseSmiLine', () => {
  it('reads a row by position', () => {
    expect(parseSmiLine(`${line}\r`, coreFields)).toEqual({
      kind: 'row',
      sick: [],
      sample: {
        stampMs: Date.UTC(2026, 10, 23, 10, 0, 0, 250),
        uuid: 'GPU-6000bbbb-0000-4000-8000-000000000001',
        powerW: 297.37,
        powerInstantW: 307.72,
        memoryUsedMiB: 90_538,
        utilizationGpuPct: 99,
        utilizationMemoryPct: 55,
        smClockMHz: 1927,
        memClockMHz: 13_365,
        temperatureC: 81,
        pstate: 'P1',
        eventReasons: '0x0000000000000004',
      },
    })
  })

  it('gives null for what is not asked for or not there', () => {
    const fields = coreFields.filter(({ key }) => key === 'uuid' || key === 'powerW' || key === 'memoryUsedMiB')
    const parsed = parseSmiLine('GPU-1, [N/A], 512', fields)
    expect(parsed).toMatchObject({
      kind: 'row',
      sick: [],
      sample: { stampMs: null, powerW: null, memoryUsedMiB: 512, pstate: null },
    })
  })

  it('keeps the memory of a card that needs a reset and names its sick columns', () => {
    const sick = line
      .replace('99, 55', '[GPU requires reset], [GPU requires reset]')
      .replace('297.37', '[Unknown Error]')
    const parsed = parseSmiLine(sick, coreFields)
    expect(parsed).toMatchObject({
      kind: 'row',
      sample: { powerW: null, utilizationGpuPct: null, memoryUsedMiB: 90_538 },
    })
    expect(parsed.kind === 'row' && parsed.sick.map(({ field }) => field)).toEqual([
      'power.draw',
      'utilization.gpu',
      'utilization.memory',
    ])
  })

  it.each([
    'GPU 00000000:61:00.0: Detected Critical Xid Error',
    'GPU 0000:01:00.0: Double Bit ECC error detected',
    'Xid 79, GPU has fallen off the bus',
  ])('keeps %j as an event', (text) => {
    expect(parseSmiLine(text, coreFields)).toEqual({ kind: 'event', text })
  })

  it.each([
    ['Unable to determine the device handle for GPU0000:CB:00.0: Unknown Error', 'gpu-lost'],
    [
      'Unable to determine the device handle for GPU1: 0000:34:00.0: GPU is lost. Reboot the system to recover this GPU',
      'gpu-lost',
    ],
    [
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that it is running.",
      'driver-not-loaded',
    ],
    ['No devices were found', 'no-devices'],
    ['Failed to initialize NVML: Driver/library version mismatch', 'version-mismatch'],
    ['Field "power.drow" is not a valid field to query.', 'invalid-field'],
  ])('knows %j as the failure %s', (text, fault) => {
    expect(parseSmiLine(text, coreFields)).toMatchObject({ kind: 'fatal', fault })
  })

  it('refuses a row with a column too few or too many, and a half line', () => {
    expect(parseSmiLine(line.slice(0, 60), coreFields).kind).toBe('malformed')
    expect(parseSmiLine(`${line}, 5`, coreFields).kind).toBe('malformed')
    expect(parseSmiLine('', coreFields).kind).toBe('blank')
    expect(parseSmiLine('\r', coreFields).kind).toBe('blank')
  })

  it('never throws and never takes a cut row for a whole one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseSmiLine(text, coreFields).kind).not.toBe('row')
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: line.length - 22 }), (length) => {
        expect(parseSmiLine(line.slice(0, length), coreFields).kind).not.toBe('row')
      }),
    )
  })
})
