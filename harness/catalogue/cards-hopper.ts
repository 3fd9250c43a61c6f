import { derived, deviceQuery, exporterCapture, from, press, quoted, smiOutput } from './sourced.ts'
import type { Card } from './types.ts'

/** Cards with the GH100 chip. The data rate of HBM is twice the memory clock that CUDA and nvidia-smi report. */

const gpuGarden = from('glennklockwood.com/garden/processors/h100', 'press')
const anandtech = press('AnandTech, H100 NVL announcement, March 2023')
const h100Sheet = quoted('NVIDIA H100 datasheet (sparse rates halved)')
const h200Sheet = from('NVIDIA H200 datasheet as quoted by morphllm', 'press')
const h100PcieBrief = quoted('NVIDIA H100 PCIe product brief PB-11133-001 v02, November 2022')
const h200NvlBrief = quoted('NVIDIA H200 NVL product brief')
const H100_CUDA_BYTES = Math.round(79.1 * 2 ** 30)
/** NVIDIA states the tensor rates below the highest boost: 2048 FMA per SM and clock give the clock back. */
const tensorClock = (tflops: number, sms: number) => derived(`${tflops} TFLOPS / (${sms} SM x 2048 FMA x 2)`)

const hopper = {
  architecture: 'Hopper GH100',
  process: anandtech('TSMC 4N'),
  computeCapability: '9.0',
  memorySharedWithCpu: 'no',
  fp4Tflops: null,
  pcie: smiOutput('generation 5, 16x')({ gen: 5, lanes: 16 }),
  ecc: smiOutput('ECC on; Off on some H100 NVL')('toggle-on' as const),
  mig: true,
} as const

/** 132 of the 144 SMs, as on every part but the first PCIe card. */
const fullChip = {
  ...hopper,
  smCount: deviceQuery(132),
  cudaCores: deviceQuery(16_896),
  tensorCores: derived('4 per SM')(528),
} as const

const h100Pcie: Card = {
  ...hopper,
  key: 'h100-pcie',
  label: 'H100 PCIe 80 GB',
  smiName: 'NVIDIA H100 PCIe',
  smCount: deviceQuery(114),
  cudaCores: deviceQuery(14_592),
  tensorCores: anandtech(456),
  boostGhz: tensorClock(756.5, 114)(1.62),
  vramGb: anandtech(80),
  memoryType: 'HBM2e',
  memoryDataRateGbps: deviceQuery(3.186),
  smiMemoryMiB: smiOutput()(81_559),
  cudaBytes: deviceQuery(81_008 * 2 ** 20),
  memoryBusBits: deviceQuery(5120),
  memoryBandwidthGBs: deviceQuery(2039),
  l2Mb: deviceQuery(50),
  fp16Tflops: h100Sheet(756.5),
  fp8Tflops: h100Sheet(1513),
  int8Tops: h100Sheet(1513),
  fp8PeakTflops: h100Sheet(1513),
  tdpW: h100PcieBrief(350),
  minPowerLimitW: null,
  maxPowerLimitW: h100PcieBrief(350),
  idleW: derived('as the H100 NVL, the same board with other memory')(62),
  nvlinkGBs: h100PcieBrief(600),
  slots: h100PcieBrief('dual slot, passive'),
}

const h100Nvl: Card = {
  ...fullChip,
  key: 'h100-nvl',
  label: 'H100 NVL 94 GB',
  smiName: 'NVIDIA H100 NVL',
  boostGhz: tensorClock(835.5, 132)(1.545),
  vramGb: h100Sheet(94),
  memoryType: 'HBM3',
  memoryDataRateGbps: smiOutput('2619 MHz')(5.238),
  smiMemoryMiB: smiOutput()(95_830),
  cudaBytes: deviceQuery(99_456_909_312),
  memoryBusBits: press('measured bandwidth notes of an H100 NVL: 6016 bit at 2619 MHz')(6016),
  memoryBandwidthGBs: derived('6016 bit x 2 x 2619 MHz / 8; the datasheet rounds to 3.9 TB/s')(3939),
  l2Mb: derived('as the H200 and GH200, which use all six memory sites too')(60),
  fp16Tflops: h100Sheet(835.5),
  fp8Tflops: h100Sheet(1670.5),
  int8Tops: h100Sheet(1670.5),
  fp8PeakTflops: h100Sheet(1670.5),
  tdpW: smiOutput('most boards default to 400 W, some to 310 W')(400),
  minPowerLimitW: smiOutput()(200),
  maxPowerLimitW: smiOutput()(400),
  idleW: smiOutput('62 W in P0 at 0 %')(62),
  nvlinkGBs: press('aiminingco.com: bridge between two cards')(600),
  slots: press('AnandTech, H100 NVL announcement, March 2023: two dual-slot cards')('dual slot, passive'),
}

const h100Sxm: Card = {
  ...fullChip,
  key: 'h100-sxm',
  label: 'H100 SXM 80 GB',
  smiName: 'NVIDIA H100 80GB HBM3',
  // the datasheet's tensor rates are at 1.83 GHz
  boostGhz: gpuGarden(1.83),
  vramGb: gpuGarden(80),
  memoryType: 'HBM3',
  memoryDataRateGbps: exporterCapture(5.238),
  smiMemoryMiB: exporterCapture(81_559),
  cudaBytes: from('79.10 GiB in a vLLM start-up log, huggingface/trl issue 2688', 'measured')(H100_CUDA_BYTES),
  memoryBusBits: gpuGarden(5120),
  memoryBandwidthGBs: gpuGarden(3350),
  l2Mb: deviceQuery(50),
  fp16Tflops: gpuGarden(989.4),
  fp8Tflops: gpuGarden(1978.9),
  int8Tops: h100Sheet(1979),
  fp8PeakTflops: gpuGarden(1978.9),
  tdpW: gpuGarden(700),
  minPowerLimitW: exporterCapture(200),
  maxPowerLimitW: exporterCapture(700),
  idleW: exporterCapture(69.9),
  nvlinkGBs: gpuGarden(900),
  slots: gpuGarden('SXM5 module'),
}

/** The H200 and its card have 47 of 48 slices of memory: 141 of 144 GB and 6016 of 6144 bits. */
const h200Memory = {
  vramGb: h200Sheet(141),
  memoryType: 'HBM3e',
  memoryDataRateGbps: exporterCapture(6.402),
  smiMemoryMiB: exporterCapture(143_771),
  cudaBytes: deviceQuery(143_156 * 2 ** 20),
  memoryBusBits: h200NvlBrief(6016),
  l2Mb: deviceQuery(60),
} as const

const h200: Card = {
  ...fullChip,
  ...h200Memory,
  key: 'h200',
  label: 'H200 141 GB',
  smiName: 'NVIDIA H200',
  boostGhz: derived('the tensor rates are those of the H100 SXM, given at 1.83 GHz')(1.83),
  memoryBandwidthGBs: h200Sheet(4800),
  fp16Tflops: derived('sparse 1979 / 2')(989),
  fp8Tflops: derived('sparse 3958 / 2')(1979),
  int8Tops: derived('sparse 3958 / 2')(1979),
  fp8PeakTflops: derived('sparse 3958 / 2')(1979),
  tdpW: h200Sheet(700),
  minPowerLimitW: exporterCapture(200),
  maxPowerLimitW: exporterCapture(700),
  idleW: exporterCapture(77.7),
  nvlinkGBs: h200Sheet(900),
  slots: h200Sheet('SXM5 module'),
}

const h200Nvl: Card = {
  ...fullChip,
  ...h200Memory,
  key: 'h200-nvl',
  label: 'H200 NVL 141 GB',
  smiName: 'NVIDIA H200 NVL',
  boostGhz: tensorClock(835.5, 132)(1.545),
  smiMemoryMiB: smiOutput()(143_771),
  cudaBytes: derived('as the H200, whose nvidia-smi total is the same')(143_156 * 2 ** 20),
  memoryBandwidthGBs: h200NvlBrief(4813),
  fp16Tflops: derived('sparse 1671 / 2')(835.5),
  fp8Tflops: derived('sparse 3341 / 2')(1670.5),
  int8Tops: derived('sparse 3341 / 2')(1670.5),
  fp8PeakTflops: derived('sparse 3341 / 2')(1670.5),
  tdpW: smiOutput()(600),
  minPowerLimitW: null,
  maxPowerLimitW: smiOutput('600 W is the default on each')(600),
  idleW: smiOutput('96 W in P0 at 0 % with 88,761 MiB held')(96),
  nvlinkGBs: press('GIXtools on the H200 NVL announcement, November 2024: bridge of two or four cards')(900),
  slots: press('GIXtools on the H200 NVL announcement, November 2024')('dual slot, passive'),
}

export const hopperCards: readonly Card[] = [h100Sxm, h100Pcie, h100Nvl, h200, h200Nvl]
