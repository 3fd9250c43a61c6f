import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { CommandIo } from '../support/io.ts'
import { showFit } from './fit.ts'
import { predict } from './predict.ts'
import { serve } from './serve.ts'

const scenario = (name: string) => fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url))
function captured() {
  let out = ''
  const io: CommandIo = {
    stdout: (text) => {
      out += text
    },
    stderr: { isTTY: false, color: false, write: () => true } as unknown as CommandIo['stderr'],
    env: {},
    columns: null,
    color: false,
  }
  return { io, out: () => out }
}

test("predict: the article's 198 tokens/s is above the limit of a 4090", async () => {
  const { io, out } = captured()
  expect(await predict([scenario('llama-3.1-8b-fp8-single')], { card: 'rtx-4090', json: true }, io)).toBe(0)
  const [{ prediction }] = JSON.parse(out()).predictions
  expect(prediction.limit.tokensPerS).toBeCloseTo(126.5, 0)
  expect(prediction.expected.outputTokensPerS).toBeLessThan(prediction.limit.tokensPerS)
  expect(prediction.band.slow.outputTokensPerS).toBeLessThan(prediction.expected.outputTokensPerS)
})

test('predict: a group stands for its editions, in a table too', async () => {
  const { io, out } = captured()
  await predict([scenario('llama-3.1-8b-fp8-batch32')], { card: 'rtx-6000-pro' }, io)
  for (const edition of ['max-q', 'workstation', 'server']) expect(out()).toContain(`rtx-pro-6000-${edition}`)
})

test('predict: a lower power limit lowers the expectation and not the physical limit', async () => {
  const at = async (powerLimit?: number) => {
    const { io, out } = captured()
    const flags = { card: 'rtx-pro-6000-workstation', json: true, ...(powerLimit === undefined ? {} : { powerLimit }) }
    await predict([scenario('llama-3.1-8b-fp8-batch32')], flags, io)
    return JSON.parse(out()).predictions[0]
  }
  const [usual, lowered] = [await at(), await at(300)]
  expect([usual.powerLimitW, lowered.powerLimitW]).toEqual([600, 300])
  expect(lowered.limit.value).toBe(usual.limit.value)
  const kept = lowered.prediction.expected.outputTokensPerS / usual.prediction.expected.outputTokensPerS
  expect(kept).toBeGreaterThan(0.7)
  expect(kept).toBeLessThan(0.9)
  expect(lowered.prediction.keptAtPowerLimit).toBeCloseTo(kept, 2)
})

test('predict: the table says at which power limit, and which loss the range cannot show', async () => {
  const { io, out } = captured()
  await predict([scenario('llama-3.1-8b-fp8-batch32')], { card: 'rtx-pro-6000-workstation', powerLimit: 300 }, io)
  const words = out().replaceAll(/\s+/g, ' ')
  expect(words).toMatch(/expected at 300 W per GPU, which leaves about \d\d % of the unlimited throughput/)
  expect(words).toMatch(/a loss of up to \d\d % stays inside the range/)
})

test.each([
  [200, /--power-limit 200: the RTX PRO 6000 Max-Q takes limits from 250 W/],
  [400, /--power-limit 400: the RTX PRO 6000 Max-Q takes limits up to 325 W/],
])('predict: a power limit of %d W is not one of this card', async (powerLimit, message) => {
  const { io } = captured()
  const flags = { card: 'rtx-pro-6000-max-q', powerLimit }
  await expect(predict([scenario('llama-3.1-8b-fp8-single')], flags, io)).rejects.toThrow(message)
})

test('predict: images and training have their limit, with the settings that it hangs on', async () => {
  const { io, out } = captured()
  const paths = ['sdxl-1024', 'flux.1-dev-1024', 'qlora-llama-3.1-8b'].map(scenario)
  expect(await predict(paths, { card: 'rtx-4090,rtx-pro-6000-max-q', json: true }, io)).toBe(0)
  const { jobs, predictions } = JSON.parse(out())
  expect(predictions).toEqual([])
  const of = (name: string, card: string) =>
    jobs.find((each: { scenario: string; card: string }) => each.scenario === name && each.card === card)
  // 60 passes of 5.98 TFLOP at 660.6 TFLOPS
  expect(of('sdxl-1024', 'rtx-4090').limit.value).toBeCloseTo((60 * 5.98) / 660.6, 2)
  expect(of('flux.1-dev-1024', 'rtx-4090')).toMatchObject({ fits: false, limit: null, reason: 'it does not fit' })
  expect(of('flux.1-dev-1024', 'rtx-pro-6000-max-q').settings).toContain('28 steps')
  expect(of('qlora-llama-3.1-8b', 'rtx-4090')).toMatchObject({ fits: null, limit: { unit: 'steps/s' } })
})

test('an unknown card is bad input, with the nearest', async () => {
  const { io } = captured()
  await expect(predict([scenario('llama-3.1-8b-fp8-single')], { card: 'rtx-4091' }, io)).rejects.toThrow(
    /did you mean "rtx-4090"/,
  )
})

test('fit: models, the article and, without runs, no capacity', async () => {
  const { io, out } = captured()
  const flags = { context: 16_384, sessions: 1, json: true }
  expect(await showFit([], flags, io)).toBe(0)
  const answer = JSON.parse(out())
  expect(answer.article).toHaveLength(19)
  expect(answer.kvCapacity).toEqual([])
  expect(new Set(answer.models.map((each: { card: string }) => each.card)).size).toBe(2)
})

test('serve --print: the line, and exit code 1 where none can work', async () => {
  const flags = { print: true, port: 8000, tag: 'latest', timeoutMinutes: 60 }
  const good = captured()
  const never = new AbortController().signal
  expect(await serve(scenario('llama-3.1-8b-fp8-batch32'), { ...flags, card: 'rtx-4090' }, good.io, never)).toBe(0)
  expect(good.out()).toMatch(/^docker run --rm/)
  const bad = captured()
  expect(await serve(scenario('llama-3.1-70b-awq-single'), { ...flags, card: 'rtx-4090' }, bad.io, never)).toBe(1)
  // no line to paste
  expect(bad.out()).toMatch(/^# cannot work: 39.8 GB of weights[^\n]*\n$/)
})
