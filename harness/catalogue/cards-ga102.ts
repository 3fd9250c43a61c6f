import { derived, deviceQuery, from, press, quoted, smiOutput } from './sourced.ts'
import type { Card } from './types.ts'

/** Cards with the GA102 chip. With FP32 accumulate the RTX 3090 and the A10G run at half the rate of the other two. */

const whitepaper = quoted('NVIDIA Ampere GA102 whitepaper v2')
const a10Sheet = quoted('NVIDIA A10 datasheet')
const a10gSheet = quoted('NVIDIA A10G datasheet for AWS, 17 February 2022')
const telegraf = from('nvidia-smi XML of an A10G, influxdata/telegraf test data', 'measured', '2026-11-26')
const sysrqmts = press('sysrqmts.com')
const tomsHardware = press("Tom's Hardware figures, holynerdvana.blogspot.com, November 2022")

const ga102 = {
  architecture: 'Ampere GA102',
  process: sysrqmts('Samsung 8 nm'),
  computeCapability: '8.6',
  memorySharedWithCpu: 'no',
  memoryBusBits: deviceQuery(384),
  l2Mb: deviceQuery(6),
  fp8Tflops: null,
  fp4Tflops: null,
  fp8PeakTflops: null,
  pcie: sysrqmts({ gen: 4, lanes: 16 }),
  mig: false,
} as const

const a10: Card = {
  ...ga102,
  key: 'a10',
  label: 'A10',
  smiName: 'NVIDIA A10',
  smCount: deviceQuery(72),
  cudaCores: deviceQuery(9216),
  tensorCores: sysrqmts(288),
  boostGhz: deviceQuery(1.695),
  vramGb: a10Sheet(24),
  memoryType: 'GDDR6 ECC',
  memoryDataRateGbps: deviceQuery(12.502),
  smiMemoryMiB: smiOutput('with ECC on')(23_028),
  cudaBytes: deviceQuery(23_609_475_072),
  memoryBandwidthGBs: a10Sheet(600),
  fp16Tflops: a10Sheet(125),
  int8Tops: a10Sheet(250),
  tdpW: smiOutput()(150),
  minPowerLimitW: smiOutput()(100),
  maxPowerLimitW: smiOutput()(150),
  idleW: smiOutput('58 W in P0 at 0 %')(58),
  nvlinkGBs: null,
  ecc: smiOutput('ECC on')('toggle-on'),
  slots: sysrqmts('single slot'),
}

/** Made for AWS: more SMs than an A10, tensor cores at half its rate, and twice its power limit. */
const a10g: Card = {
  ...ga102,
  key: 'a10g',
  label: 'A10G',
  smiName: 'NVIDIA A10G',
  smCount: deviceQuery(80),
  cudaCores: derived('128 per SM')(10_240),
  tensorCores: derived('4 per SM; AWS states 320')(320),
  boostGhz: telegraf(1.71),
  vramGb: a10gSheet(24),
  memoryType: 'GDDR6 ECC',
  memoryDataRateGbps: telegraf(12.502),
  smiMemoryMiB: telegraf(23_028),
  cudaBytes: deviceQuery(22_587 * 2 ** 20),
  memoryBusBits: derived('as the A10: AWS states its 600 GB/s, and the memory clock is the same')(384),
  memoryBandwidthGBs: a10gSheet(600),
  fp16Tflops: a10gSheet(70),
  int8Tops: derived('twice FP16')(140),
  tdpW: telegraf(300),
  minPowerLimitW: telegraf(100),
  maxPowerLimitW: telegraf(300),
  idleW: smiOutput('57 W in P0 at 0 % with 1062 MiB held')(57),
  nvlinkGBs: null,
  ecc: telegraf('toggle-on'),
  slots: press('AWS G5 instances')('AWS board, passive'),
}

const rtxA6000: Card = {
  ...ga102,
  key: 'rtx-a6000',
  label: 'RTX A6000',
  smiName: 'NVIDIA RTX A6000',
  smCount: whitepaper(84),
  cudaCores: deviceQuery(10_752),
  tensorCores: sysrqmts(336),
  boostGhz: deviceQuery(1.8),
  vramGb: sysrqmts(48),
  memoryType: 'GDDR6 ECC',
  memoryDataRateGbps: deviceQuery(16.002),
  smiMemoryMiB: smiOutput('with ECC off')(49_140),
  cudaBytes: deviceQuery(51_160_023_040),
  memoryBandwidthGBs: whitepaper(768),
  fp16Tflops: whitepaper(154.8),
  int8Tops: whitepaper(309.7),
  tdpW: smiOutput()(300),
  minPowerLimitW: smiOutput()(100),
  maxPowerLimitW: smiOutput()(300),
  idleW: smiOutput('71 W in P2 at 0 % with 21,636 MiB held')(71),
  nvlinkGBs: smiOutput('nvlink -s: 4 links of 14.062 GB/s each way')(112.5),
  ecc: smiOutput('ECC off')('toggle-off'),
  slots: sysrqmts('dual slot, blower'),
}

const rtx3090: Card = {
  ...ga102,
  key: 'rtx-3090',
  label: 'RTX 3090',
  smiName: 'NVIDIA GeForce RTX 3090',
  smCount: whitepaper(82),
  cudaCores: deviceQuery(10_496),
  tensorCores: tomsHardware(328),
  boostGhz: tomsHardware(1.695),
  vramGb: tomsHardware(24),
  memoryType: 'GDDR6X',
  memoryDataRateGbps: tomsHardware(19.5),
  smiMemoryMiB: smiOutput()(24_576),
  cudaBytes: deviceQuery(25_443_893_248),
  memoryBandwidthGBs: whitepaper(936),
  fp16Tflops: whitepaper(71),
  int8Tops: whitepaper(284),
  tdpW: tomsHardware(350),
  minPowerLimitW: smiOutput()(100),
  // boards of partners: defaults of 350, 370 and 420 W
  maxPowerLimitW: smiOutput('450 W on a board of 420 W')(450),
  idleW: smiOutput('21 W in P8 at 0 % with 17,660 MiB held')(21),
  nvlinkGBs: derived('4 links as on the RTX A6000; bridge between two cards')(112.5),
  ecc: smiOutput('ECC is N/A')('none'),
  slots: press('launch report of the RTX 30 series, September 2020')('triple slot (Founders Edition)'),
}

export const ga102Cards: readonly Card[] = [a10, a10g, rtxA6000, rtx3090]
