import { describe, expect, it } from 'vitest'
import { readAttributes } from './attributes-library.ts'
import type { Koffi } from './counter-library.ts'

/** A koffi whose library answers from these functions; a value goes to the array that an output parameter is. */
const koffiOf =
  (functions: Record<string, (...args: never[]) => number>): (() => Promise<Koffi>) =>
  async () => ({
    load: () => ({
      func: (prototype) => {
        const call = functions[/int (\w+)\(/.exec(prototype)?.[1] ?? '']
        if (!call) throw new Error('Cannot find function')
        return call as (...args: unknown[]) => number
      },
    }),
  })
const out =
  (...values: readonly number[]) =>
  (...args: unknown[]): number => {
    const places = args.filter((arg): arg is number[] => Array.isArray(arg))
    for (const [index, place] of places.entries()) place[0] = values[index] as number
    return 0
  }
const well = {
  nvmlInit_v2: () => 0,
  nvmlDeviceGetHandleByUUID: (uuid: string, device: unknown[]) => {
    device[0] = uuid
    return uuid === 'GPU-a' ? 0 : 6
  },
  nvmlDeviceGetMemoryBusWidth: out(256),
  nvmlDeviceGetNumGpuCores: out(8448),
  nvmlDeviceGetMaxClockInfo: (_: unknown, type: number, clock: number[]) => {
    clock[0] = type === 2 ? 10_501 : 3105
    return 0
  },
  nvmlDeviceGetCudaComputeCapability: out(8, 9),
}

describe('the attributes of a card', () => {
  it('are read by UUID; a card that NVML does not find is absent', async () => {
    expect(await readAttributes('lib', ['GPU-a', 'GPU-b'], koffiOf(well))).toEqual({
      state: 'ok',
      cards: {
        'GPU-a': {
          memoryBusBits: 256,
          cudaCores: 8448,
          maxMemoryClockMHz: 10_501,
          computeCapability: '8.9',
        },
      },
    })
  })

  it('are null where an older NVML lacks the function, the card does not support it, or it says 0', async () => {
    const { nvmlDeviceGetMemoryBusWidth: _, ...older } = well
    const partly = {
      ...older,
      nvmlDeviceGetNumGpuCores: () => 3,
      nvmlDeviceGetMaxClockInfo: out(0),
      nvmlDeviceGetCudaComputeCapability: () => 3,
    }
    expect(await readAttributes('lib', ['GPU-a'], koffiOf(partly))).toMatchObject({
      cards: {
        'GPU-a': { memoryBusBits: null, cudaCores: null, maxMemoryClockMHz: null, computeCapability: null },
      },
    })
  })

  it('are a reason where NVML cannot be read', async () => {
    expect(await readAttributes('lib', [], koffiOf({ ...well, nvmlInit_v2: () => 9 }))).toMatchObject({
      state: 'driver-not-loaded',
    })
    const absent = () => Promise.reject(new Error("Cannot find package 'koffi'"))
    expect(await readAttributes('lib', [], absent)).toMatchObject({
      state: 'no-library',
      reason: expect.stringContaining('koffi'),
    })
  })
})
