import { describe, expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { imageModelByKey } from '../catalogue/image-models.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import { denseTflops } from './arithmetic.ts'
import { imageFit, imageLimit, imageTime, passesPerImage } from './image.ts'
import { servingFit } from './serving-fit.ts'

const rtx4090 = cardByKey('rtx-4090')!
const maxQ = cardByKey('rtx-pro-6000-max-q')!
const flux = imageModelByKey('flux.1-dev')!
const sdxl = imageModelByKey('sdxl')!
const secondsOf = (limit: ReturnType<typeof imageLimit>) =>
  'reason' in limit ? limit.reason : Number(limit.secondsPerImage.toFixed(2))

describe('minimum seconds per image', () => {
  test.each([
    // in 8 bits: 660.6 TFLOPS on a 4090, 877.9 on a Max-Q; in 16 bits with FP32 accumulate: 165.2 and 438.9
    ['FLUX, 28 steps, 4090', rtx4090, flux, 28, 3.15, 12.61],
    ['FLUX, 20 steps, 4090', rtx4090, flux, 20, 2.25, 9.01],
    ['FLUX, 28 steps, Max-Q', maxQ, flux, 28, 2.37, 4.75],
    ['SDXL, 30 steps, 4090', rtx4090, sdxl, 30, 0.54, 2.17],
  ])('%s: by the fastest arithmetic, and by the usual one', (_, card, model, steps, fastest, usual) => {
    const shape = { size: '1024x1024', steps, guidance: 5 }
    expect(secondsOf(imageLimit(card, model, shape))).toBeCloseTo(fastest, 2)
    expect(secondsOf(imageTime(model, shape, denseTflops(card, {})))).toBeCloseTo(usual, 1)
  })

  test('guidance doubles the passes of SDXL, and not those of FLUX, which has it inside', () => {
    expect(passesPerImage(sdxl, { steps: 30, guidance: 5 })).toBe(60)
    expect(passesPerImage(sdxl, { steps: 30, guidance: 1 })).toBe(30)
    expect(passesPerImage(flux, { steps: 28, guidance: 3.5 })).toBe(28)
  })

  test('other sizes have none, and a higher clock lowers it', () => {
    expect(imageLimit(rtx4090, sdxl, { size: '512x512', steps: 1, guidance: 1 })).toHaveProperty('reason')
    const shape = { size: '1024x1024', steps: 28, guidance: 3.5 }
    expect(secondsOf(imageLimit(rtx4090, flux, { ...shape, smClockGhz: 2 * rtx4090.boostGhz.value }))).toBeCloseTo(
      1.58,
      1,
    )
  })
})

test('FLUX in 16 bits does not fit 24 GB, and SDXL does; both fit 96 GB', () => {
  expect(imageFit(rtx4090, flux)).toMatchObject({
    fits: false,
    evidence: expect.stringContaining('33.9 GB of weights'),
  })
  expect([imageFit(rtx4090, sdxl).fits, imageFit(maxQ, flux).fits, imageFit(maxQ, sdxl).fits]).toEqual([
    true,
    true,
    true,
  ])
})

test("the article's 70B AWQ on a 4090 cannot start, and 8B FP8 can", () => {
  const server = { maxModelLen: 16_384, kvCacheDtype: 'fp8_e4m3', gpuMemoryUtilization: 0.94 }
  const large = servingFit(rtx4090, modelByKey('llama-3.1-70b-instruct-awq-int4')!, server, 1)
  expect(large).toMatchObject({ fits: false, evidence: expect.stringMatching(/^39\.8 GB of weights.* into 23\.7 GB/) })
  expect(servingFit(rtx4090, modelByKey('llama-3.1-8b-instruct-fp8')!, server, 1).fits).toBe(true)
})
