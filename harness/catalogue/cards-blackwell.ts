import { derived, deviceQuery, from, press, quoted, smiOutput } from './sourced.ts'
import type { Card } from './types.ts'

const geforceWhitepaper = from('NVIDIA RTX Blackwell GPU architecture whitepaper', 'datasheet')
const linuxFormat = press('Linux Format, May 2025, GeForce RTX 5090')
const blackwellBrief = quoted('NVIDIA Blackwell architecture brief, HGX B200 at 1000 W')
const b200Notes = press('published B200 hardware notes: 7680 bit at 3996 MHz, 7.67 TB/s')

/** Two chips that act as one. 15 of 16 memory controllers are in use, so that it has 180 GB and 7.7 TB/s, not 192 and 8. */
const b200: Card = {
  key: 'b200',
  label: 'B200 180 GB',
  smiName: 'NVIDIA B200',
  architecture: 'Blackwell GB100',
  process: press('awesomeagents.ai, wifitalents.com')('TSMC 4NP'),
  computeCapability: '10.0',
  smCount: deviceQuery(148),
  cudaCores: press('hmc-tech.com')(18_944),
  tensorCores: press('hmc-tech.com')(592),
  boostGhz: derived('2250 TFLOPS / (148 SM x 4096 FMA x 2); nvidia-smi shows up to 1965 MHz')(1.856),
  vramGb: quoted('NVIDIA MIG user guide r610')(180),
  memoryType: 'HBM3e',
  memorySharedWithCpu: 'no',
  memoryDataRateGbps: smiOutput('3996 MHz')(7.992),
  smiMemoryMiB: smiOutput()(183_359),
  cudaBytes: deviceQuery(182_631 * 2 ** 20),
  memoryBusBits: b200Notes(7680),
  memoryBandwidthGBs: b200Notes(7672),
  l2Mb: deviceQuery(126),
  fp16Tflops: blackwellBrief(2250),
  fp8Tflops: blackwellBrief(4500),
  int8Tops: blackwellBrief(4500),
  fp4Tflops: blackwellBrief(9000),
  fp8PeakTflops: blackwellBrief(4500),
  tdpW: smiOutput()(1000),
  minPowerLimitW: null,
  maxPowerLimitW: smiOutput('1000 W is the default on each')(1000),
  idleW: smiOutput('187 W in P0 at 0 % with 169,082 MiB held')(187),
  pcie: press('MLPerf inference 6.0, systems/nebius_b200_n1.json')({ gen: 5, lanes: 16 }),
  nvlinkGBs: press('docs.vultr.com, HGX B200 hardware overview: 18 links of NVLink 5')(1800),
  ecc: smiOutput('ECC on')('toggle-on'),
  slots: press('hmc-tech.com')('SXM6 module'),
  mig: true,
}

const rtx5090: Card = {
  key: 'rtx-5090',
  label: 'RTX 5090',
  smiName: 'NVIDIA GeForce RTX 5090',
  architecture: 'Blackwell GB202',
  process: linuxFormat('TSMC 4N'),
  computeCapability: '12.0',
  smCount: geforceWhitepaper(170),
  cudaCores: geforceWhitepaper(21_760),
  tensorCores: geforceWhitepaper(680),
  boostGhz: deviceQuery(2.407),
  vramGb: geforceWhitepaper(32),
  memoryType: 'GDDR7',
  memorySharedWithCpu: 'no',
  memoryDataRateGbps: linuxFormat(28),
  smiMemoryMiB: smiOutput()(32_607),
  cudaBytes: from(
    '31.37 GiB in a PyTorch message, Wan-Video/Wan2.1 issue 465',
    'measured',
  )(Math.round(31.37 * 2 ** 30)),
  memoryBusBits: deviceQuery(512),
  memoryBandwidthGBs: linuxFormat(1792),
  l2Mb: deviceQuery(96),
  fp16Tflops: derived('170 SM x 256 FMA x 2 x 2.407 GHz: GeForce half rate')(209.5),
  fp8Tflops: derived('twice FP16')(419),
  int8Tops: derived('as FP8 with FP16 accumulate, which holds for the RTX 4090')(838),
  fp4Tflops: derived('3352 AI TOPS of sparse FP4 (Linux Format, May 2025) / 2')(1676),
  fp8PeakTflops: derived('3352 AI TOPS of sparse FP4 (Linux Format, May 2025) / 4')(838),
  tdpW: linuxFormat(575),
  minPowerLimitW: null,
  maxPowerLimitW: smiOutput()(600),
  idleW: derived('between the RTX 4090 and the RTX PRO 6000')(45),
  pcie: derived('as the RTX PRO 6000, which has the same chip')({ gen: 5, lanes: 16 }),
  nvlinkGBs: null,
  ecc: from('notebookcheck: the ECC switch was removed', 'press')('none'),
  slots: press('ljf.cc, review of the Founders Edition')('dual slot (Founders Edition)'),
  mig: false,
}

export const blackwellCards: readonly Card[] = [b200, rtx5090]
