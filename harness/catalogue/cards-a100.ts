import { derived, deviceQuery, from, press, quoted, smiOutput } from './sourced.ts'
import type { Card } from './types.ts'

/** Cards with the GA100 chip. The data rate of HBM is twice the memory clock that CUDA and nvidia-smi report. */

const sheet = quoted('NVIDIA A100 datasheet 1758950 r4')
const brief40 = quoted('NVIDIA A100 40GB PCIe product brief PB-10137-001 v03, September 2020')
const telegraf = from('nvidia-smi XML of an A100-SXM4-80GB, influxdata/telegraf test data', 'measured', '2026-11-26')

const ga100 = {
  architecture: 'Ampere GA100',
  process: press('techpowerup.com, A100 SXM4 40 GB')('TSMC 7 nm'),
  computeCapability: '8.0',
  smCount: deviceQuery(108),
  cudaCores: deviceQuery(6912),
  tensorCores: press('techpowerup.com, A100 SXM4 40 GB')(432),
  boostGhz: deviceQuery(1.41),
  memorySharedWithCpu: 'no',
  memoryBusBits: deviceQuery(5120),
  l2Mb: deviceQuery(40),
  fp16Tflops: sheet(312),
  fp8Tflops: null,
  int8Tops: sheet(624),
  fp4Tflops: null,
  fp8PeakTflops: null,
  pcie: press('techpowerup.com, A100 SXM4 40 GB')({ gen: 4, lanes: 16 }),
  nvlinkGBs: sheet(600),
  ecc: smiOutput('ECC on')('toggle-on' as const),
  mig: true,
} as const

const memory40 = {
  vramGb: sheet(40),
  memoryType: 'HBM2',
  memoryDataRateGbps: deviceQuery(2.43),
  smiMemoryMiB: smiOutput()(40_960),
  memoryBandwidthGBs: sheet(1555),
} as const

const memory80 = { vramGb: sheet(80), memoryType: 'HBM2e', smiMemoryMiB: smiOutput()(81_920) } as const

const a100Sxm80: Card = {
  ...ga100,
  ...memory80,
  key: 'a100-80gb',
  label: 'A100 SXM 80 GB',
  smiName: 'NVIDIA A100-SXM4-80GB',
  memoryDataRateGbps: deviceQuery(3.186),
  cudaBytes: from(
    '79.25 GiB in a PyTorch message, levihsu/OOTDiffusion issue 235',
    'measured',
  )(Math.round(79.25 * 2 ** 30)),
  memoryBandwidthGBs: sheet(2039),
  tdpW: sheet(400),
  minPowerLimitW: smiOutput()(100),
  // boards for liquid cooling default to 500 W
  maxPowerLimitW: telegraf(500),
  idleW: press('published idle tests of an A100 SXM: 67.1 W after a load')(67),
  slots: sheet('SXM4 module'),
}

const a100Sxm40: Card = {
  ...ga100,
  ...memory40,
  key: 'a100-40gb',
  label: 'A100 SXM 40 GB',
  smiName: 'NVIDIA A100-SXM4-40GB',
  cudaBytes: deviceQuery(42_405_855_232),
  tdpW: smiOutput()(400),
  minPowerLimitW: smiOutput()(100),
  maxPowerLimitW: smiOutput()(400),
  idleW: smiOutput('53 W in P0 at 0 %')(53),
  slots: sheet('SXM4 module'),
}

const a100Pcie80: Card = {
  ...ga100,
  ...memory80,
  key: 'a100-pcie-80gb',
  label: 'A100 PCIe 80 GB',
  smiName: 'NVIDIA A100 80GB PCIe',
  memoryDataRateGbps: deviceQuery(3.024),
  cudaBytes: deviceQuery(84_974_239_744),
  memoryBandwidthGBs: sheet(1935),
  tdpW: smiOutput()(300),
  minPowerLimitW: smiOutput()(150),
  maxPowerLimitW: smiOutput()(300),
  idleW: smiOutput('65 W in P0 with its clocks up')(65),
  slots: press('thundercompute.com, svethardware.cz')('dual slot, passive'),
}

const a100Pcie40: Card = {
  ...ga100,
  ...memory40,
  key: 'a100-pcie-40gb',
  label: 'A100 PCIe 40 GB',
  smiName: 'NVIDIA A100-PCIE-40GB',
  cudaBytes: deviceQuery(42_298_834_944),
  tdpW: smiOutput()(250),
  minPowerLimitW: null,
  maxPowerLimitW: derived('its default limit; no output shows the range')(250),
  idleW: smiOutput('35 W in P0 at 0 % with 40,423 MiB held')(35),
  slots: brief40('dual slot, passive'),
}

export const a100Cards: readonly Card[] = [a100Sxm80, a100Sxm40, a100Pcie80, a100Pcie40]
