import {
  adaWhitepaper,
  cloudrift,
  derived,
  deviceQuery,
  exporterCapture,
  from,
  press,
  quoted,
  smiOutput,
} from './sourced.ts'
import type { Card } from './types.ts'

/** Cards with Ada chips. With FP32 accumulate the RTX 4090 and the L40 run FP16 at half the rate of the others. */

const rtx6000Sheet = from('NVIDIA RTX 6000 Ada Generation datasheet', 'datasheet')
const l40Sheet = quoted('NVIDIA L40 datasheet')
const l40sSheet = quoted('NVIDIA L40S datasheet')
const l4Page = quoted('NVIDIA L4 product page (sparse rates halved)')
const hmcTech = press('hmc-tech.com')
const pcPartDb = press('pcpartdb.com')
const cputronic = press('cputronic.com')

const ada = {
  architecture: 'Ada AD102',
  process: adaWhitepaper('TSMC 4N'),
  computeCapability: '8.9',
  memorySharedWithCpu: 'no',
  fp4Tflops: null,
  pcie: l40Sheet({ gen: 4, lanes: 16 }),
  nvlinkGBs: null,
  mig: false,
} as const

const rtx4090: Card = {
  ...ada,
  key: 'rtx-4090',
  label: 'RTX 4090',
  smiName: 'NVIDIA GeForce RTX 4090',
  smCount: adaWhitepaper(128),
  cudaCores: adaWhitepaper(16_384),
  tensorCores: adaWhitepaper(512),
  boostGhz: adaWhitepaper(2.52),
  vramGb: adaWhitepaper(24),
  memoryType: 'GDDR6X',
  memoryDataRateGbps: adaWhitepaper(21),
  smiMemoryMiB: cloudrift(24_564),
  cudaBytes: from('ComfyUI start-up log of an RTX 4090', 'measured')(25_262_096_384),
  memoryBusBits: adaWhitepaper(384),
  memoryBandwidthGBs: adaWhitepaper(1008),
  l2Mb: adaWhitepaper(72),
  fp16Tflops: adaWhitepaper(165.2),
  // NVIDIA corrected FP8 with FP32 accumulate from 660.6 to 330.3 in whitepaper v2.02
  fp8Tflops: adaWhitepaper(330.3),
  int8Tops: adaWhitepaper(660.6),
  fp8PeakTflops: adaWhitepaper(660.6),
  tdpW: cloudrift(450),
  minPowerLimitW: smiOutput()(10),
  maxPowerLimitW: smiOutput()(600),
  idleW: from('active idle in P0, GPU_Power_Benchmark (arXiv 2312.02741)', 'measured')(50.8),
  pcie: cputronic({ gen: 4, lanes: 16 }),
  ecc: from('support.chaos.com: ECC switch of the RTX 4090', 'press')('toggle-off'),
  slots: press('techpowerup.com, review of the Founders Edition')('3-slot (Founders Edition); partner cards up to 3.5'),
}

/** Common values of the RTX 6000 Ada, the L40 and the L40S: 142 SMs and 48 GB. */
const ad102Pro = {
  ...ada,
  smCount: deviceQuery(142),
  cudaCores: deviceQuery(18_176),
  tensorCores: rtx6000Sheet(568),
  vramGb: rtx6000Sheet(48),
  memoryType: 'GDDR6 ECC',
  memoryBusBits: deviceQuery(384),
} as const

const rtx6000Ada: Card = {
  ...ad102Pro,
  key: 'rtx-6000-ada',
  label: 'RTX 6000 Ada',
  smiName: 'NVIDIA RTX 6000 Ada Generation',
  boostGhz: cputronic(2.505),
  memoryDataRateGbps: rtx6000Sheet(20),
  smiMemoryMiB: smiOutput('with ECC off')(49_140),
  cudaBytes: deviceQuery(48_622 * 2 ** 20),
  memoryBusBits: rtx6000Sheet(384),
  memoryBandwidthGBs: rtx6000Sheet(960),
  l2Mb: cputronic(96),
  fp16Tflops: derived('sparse FP8 1457 / 4')(364.2),
  fp8Tflops: derived('sparse FP8 1457 / 2')(728.5),
  int8Tops: derived('as FP8, which holds for each other Ada card')(728.5),
  fp8PeakTflops: derived('sparse FP8 1457 / 2')(728.5),
  tdpW: rtx6000Sheet(300),
  minPowerLimitW: smiOutput()(100),
  maxPowerLimitW: smiOutput()(300),
  idleW: derived('as the RTX 4090, at a lower voltage')(30),
  ecc: from('nvidia-smi captures: 49,140 MiB with ECC off, 46,068 MiB with it on', 'measured')('toggle-off'),
  slots: press('zx8123.com, launch report')('dual slot, blower'),
}

const l40: Card = {
  ...ad102Pro,
  key: 'l40',
  label: 'L40',
  smiName: 'NVIDIA L40',
  boostGhz: pcPartDb(2.49),
  memoryDataRateGbps: derived('864 GB/s x 8 / 384 bit; pcpartdb.com gives a clock of 2250 MHz x 8')(18),
  smiMemoryMiB: smiOutput('with ECC on; 49,140 MiB with it off')(46_068),
  cudaBytes: derived('as the L40S, whose nvidia-smi total is the same')(47_576_711_168),
  memoryBandwidthGBs: l40Sheet(864),
  l2Mb: derived('the chip of the L40S, with the same memory')(96),
  fp16Tflops: l40Sheet(181.05),
  fp8Tflops: l40Sheet(362),
  int8Tops: l40Sheet(362),
  fp8PeakTflops: derived('142 SM x 1024 FMA x 2 x 2.49 GHz: FP16 accumulate')(724),
  tdpW: smiOutput()(300),
  minPowerLimitW: null,
  maxPowerLimitW: l40Sheet(300),
  idleW: smiOutput('83 W in P0 at 0 % with 448 MiB held')(83),
  ecc: smiOutput('ECC on')('toggle-on'),
  slots: l40Sheet('dual slot, passive'),
}

const l40s: Card = {
  ...ad102Pro,
  key: 'l40s',
  label: 'L40S',
  smiName: 'NVIDIA L40S',
  boostGhz: deviceQuery(2.52),
  memoryDataRateGbps: deviceQuery(18.002),
  smiMemoryMiB: exporterCapture(46_068),
  cudaBytes: deviceQuery(47_576_711_168),
  memoryBandwidthGBs: l40sSheet(864),
  l2Mb: deviceQuery(96),
  fp16Tflops: l40sSheet(362.05),
  fp8Tflops: l40sSheet(733),
  int8Tops: l40sSheet(733),
  fp8PeakTflops: l40sSheet(733),
  tdpW: l40sSheet(350),
  minPowerLimitW: exporterCapture(100),
  maxPowerLimitW: exporterCapture(350),
  idleW: derived('as the L40: the same chip and memory')(83),
  ecc: exporterCapture('toggle-on'),
  slots: l40sSheet('dual slot, passive'),
}

const l4: Card = {
  ...ada,
  key: 'l4',
  label: 'L4',
  smiName: 'NVIDIA L4',
  architecture: 'Ada AD104',
  process: hmcTech('TSMC 4N'),
  smCount: deviceQuery(58),
  cudaCores: deviceQuery(7424),
  tensorCores: derived('4 per SM')(232),
  boostGhz: deviceQuery(2.04),
  vramGb: l4Page(24),
  memoryType: 'GDDR6 ECC',
  memoryDataRateGbps: deviceQuery(12.502),
  smiMemoryMiB: smiOutput('with ECC on')(23_034),
  cudaBytes: deviceQuery(23_612_293_120),
  memoryBusBits: deviceQuery(192),
  memoryBandwidthGBs: l4Page(300),
  l2Mb: deviceQuery(48),
  fp16Tflops: l4Page(121),
  fp8Tflops: l4Page(242.5),
  int8Tops: l4Page(242.5),
  fp8PeakTflops: l4Page(242.5),
  tdpW: smiOutput()(72),
  minPowerLimitW: smiOutput()(40),
  maxPowerLimitW: smiOutput()(72),
  idleW: smiOutput('28 W in P0 at 0 %')(28),
  pcie: cputronic({ gen: 4, lanes: 16 }),
  ecc: smiOutput('ECC on')('toggle-on'),
  slots: pcPartDb('single slot, low profile, passive'),
}

export const adaCards: readonly Card[] = [rtx4090, rtx6000Ada, l4, l40, l40s]
