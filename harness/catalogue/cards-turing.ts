import { deviceQuery, press, quoted, smiOutput } from './sourced.ts'
import type { Card } from './types.ts'

const sheet = quoted('NVIDIA T4 datasheet 951643')
const sysrqmts = press('sysrqmts.com')

/** No BF16: vLLM serves 16-bit weights on it in FP16. */
const t4: Card = {
  key: 't4',
  label: 'T4',
  smiName: 'Tesla T4',
  architecture: 'Turing TU104',
  process: sysrqmts('TSMC 12 nm'),
  computeCapability: '7.5',
  smCount: deviceQuery(40),
  cudaCores: deviceQuery(2560),
  tensorCores: sysrqmts(320),
  boostGhz: deviceQuery(1.59),
  vramGb: sheet(16),
  memoryType: 'GDDR6 ECC',
  memorySharedWithCpu: 'no',
  memoryDataRateGbps: deviceQuery(10.002),
  smiMemoryMiB: smiOutput('15,360 MiB; older drivers print 15,109 MiB')(15_360),
  cudaBytes: deviceQuery(15_843_721_216),
  memoryBusBits: deviceQuery(256),
  memoryBandwidthGBs: quoted('NVIDIA Ada whitepaper v2.1, table 5')(320),
  l2Mb: deviceQuery(4),
  fp16Tflops: sheet(65),
  fp8Tflops: null,
  int8Tops: sheet(130),
  fp4Tflops: null,
  fp8PeakTflops: null,
  tdpW: smiOutput()(70),
  minPowerLimitW: smiOutput()(60),
  maxPowerLimitW: smiOutput()(70),
  idleW: smiOutput('29 W in P0 at 0 % with 1539 MiB held')(29),
  pcie: sysrqmts({ gen: 3, lanes: 16 }),
  nvlinkGBs: null,
  ecc: smiOutput('ECC on')('toggle-on'),
  slots: press("sysrqmts.com, Tom's Hardware, 24shop.by")('single slot, low profile, passive'),
  mig: false,
}

export const turingCards: readonly Card[] = [t4]
