import { describe, expect, it } from 'vitest'
import { parseOptions, type SimulatorOptions, simulatorDefaults, toArguments } from './options.ts'

const needed = ['--card', 'rtx-4090', '--model', 'llama-3.1-8b-instruct-fp8']

describe('parseOptions', () => {
  it('takes the defaults for what is not said', () => {
    expect(parseOptions(needed)).toEqual({ ...simulatorDefaults, card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
  })

  it('reads back what toArguments wrote', () => {
    const options: SimulatorOptions = {
      ...simulatorDefaults,
      card: 'rtx-4090',
      model: 'llama-3.1-8b-instruct-fp8',
      port: 8000,
      seed: 9,
      gpus: 2,
      maxNumSeqs: 8,
      maxNumBatchedTokens: 512,
      gpuMemoryUtilization: 0.8,
      numGpuBlocksOverride: 2000,
      enablePrefixCaching: false,
      apiKey: '--odd key',
      servedModelName: 'my/model',
      faults: ['cut-stream', 'engine-death'],
      lies: ['early-stop'],
      sensorFaults: ['gaps', 'throttled'],
      faultShare: 0.5,
      draftCounters: true,
      exitWithStdin: true,
    }
    expect(parseOptions(toArguments(options))).toEqual(options)
  })

  it.each([
    [['--card', 'rtx-4090'], /--model is missing/],
    [[...needed, '--gpus', '0'], /--gpus 0: expected a number of at least 1/],
    [[...needed, '--seed', 'x'], /--seed x: expected a number/],
    [[...needed, '--colour', 'red'], /--colour/],
    [[...needed, '--fault', 'abort,typo'], /--fault "typo" is not known; known: start-refused, /],
    [[...needed, '--fault-share', '1.5'], /--fault-share 1.5: expected/],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })
})
