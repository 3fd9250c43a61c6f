import {
  assumed,
  blackwellProWhitepaper,
  cloudrift,
  derived,
  deviceQuery,
  from,
  press,
  pro6000Datasheet,
  rtx6kpro,
  smiCapture,
  smiOutput,
} from './sourced.ts'
import type { Card } from './types.ts'

/** RTX PRO cards with Blackwell chips: tensor cores at the full rate with FP32 accumulate. */

const purepc = press('purepc.pl on the RTX PRO Blackwell cards, March 2025')

/** Common values of the three RTX PRO 6000 Blackwell editions: one chip, three power, clock and cooling designs. */
const pro6000 = {
  architecture: 'Blackwell GB202',
  process: assumed('press disagrees: 4N (Linux Format, May 2025, on the RTX 5090 with the same chip) or 4NP')(
    'TSMC 4N',
  ),
  computeCapability: '12.0',
  smCount: blackwellProWhitepaper(188),
  cudaCores: blackwellProWhitepaper(24_064),
  tensorCores: blackwellProWhitepaper(752),
  vramGb: pro6000Datasheet(96),
  memoryType: 'GDDR7 ECC',
  memorySharedWithCpu: 'no',
  smiMemoryMiB: cloudrift(97_887),
  cudaBytes: from(
    'cudaMemGetInfo total 97,252 MiB of a Server Edition with ECC on, llama.cpp issue 28196',
    'measured',
  )(97_252 * 2 ** 20),
  memoryBusBits: pro6000Datasheet(512),
  l2Mb: blackwellProWhitepaper(128),
  pcie: rtx6kpro({ gen: 5, lanes: 16 }),
  nvlinkGBs: null,
  mig: true,
} as const

const perClock = (ghz: number) => derived(`188 SM x 512 FMA x 2 x ${ghz} GHz`)

const pro6000MaxQ: Card = {
  ...pro6000,
  key: 'rtx-pro-6000-max-q',
  label: 'RTX PRO 6000 Max-Q',
  smiName: 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition',
  boostGhz: from('technical.city', 'press')(2.28),
  memoryDataRateGbps: pro6000Datasheet(28),
  memoryBandwidthGBs: purepc(1792),
  fp16Tflops: perClock(2.28)(438.9),
  fp8Tflops: perClock(2.28)(877.9),
  int8Tops: perClock(2.28)(877.9),
  fp4Tflops: perClock(2.28)(1755.7),
  fp8PeakTflops: perClock(2.28)(877.9),
  tdpW: smiCapture(300),
  minPowerLimitW: smiCapture(250),
  maxPowerLimitW: smiCapture(325),
  idleW: derived('as the Workstation Edition: loaded and idle outside of P8')(35),
  ecc: from('nvidia-smi captures: every Max-Q seen had it Disabled', 'measured')('toggle-off'),
  slots: press('technical.city, RTX PRO 6000 Blackwell Max-Q')('dual slot, blower'),
}

const pro6000Workstation: Card = {
  ...pro6000,
  key: 'rtx-pro-6000-workstation',
  label: 'RTX PRO 6000 Workstation',
  smiName: 'NVIDIA RTX PRO 6000 Blackwell Workstation Edition',
  boostGhz: from('hmc-tech, cputronic', 'press')(2.617),
  memoryDataRateGbps: pro6000Datasheet(28),
  memoryBandwidthGBs: pro6000Datasheet(1792),
  fp16Tflops: perClock(2.617)(503.8),
  fp8Tflops: perClock(2.617)(1007.6),
  int8Tops: perClock(2.617)(1007.6),
  fp4Tflops: perClock(2.617)(2015),
  fp8PeakTflops: perClock(2.617)(1007.6),
  tdpW: pro6000Datasheet(600),
  minPowerLimitW: rtx6kpro(150),
  maxPowerLimitW: pro6000Datasheet(600),
  idleW: rtx6kpro(40),
  ecc: cloudrift('toggle-off'),
  slots: pro6000Datasheet('dual slot'),
}

const pro6000Server: Card = {
  ...pro6000,
  key: 'rtx-pro-6000-server',
  label: 'RTX PRO 6000 Server',
  smiName: 'NVIDIA RTX PRO 6000 Blackwell Server Edition',
  boostGhz: derived('120 TFLOPS FP32 / (24,064 cores x 2)')(2.49),
  memoryDataRateGbps: derived('memory clock 12,481 MHz x 2')(24.962),
  memoryBandwidthGBs: derived('12,481 MHz x 2 x 512 bit / 8 (llama.cpp issue 28196 agrees); NVIDIA lists 1597')(1597),
  fp16Tflops: perClock(2.49)(479.4),
  fp8Tflops: perClock(2.49)(958.7),
  int8Tops: perClock(2.49)(958.7),
  fp4Tflops: perClock(2.49)(1917.5),
  fp8PeakTflops: perClock(2.49)(958.7),
  tdpW: rtx6kpro(600),
  minPowerLimitW: rtx6kpro(300),
  maxPowerLimitW: rtx6kpro(600),
  idleW: rtx6kpro(40),
  ecc: from('nvidia-smi with ECC on, llama.cpp issue 28196', 'measured')('toggle-on'),
  slots: press('niostore.it on its passive cooler, technical.city on its size')('dual slot, passive'),
}

const grokipedia = press('grokipedia.com, RTX PRO 5000 Blackwell, quoting NVIDIA')
const pro5000Rate = (part: number) => derived(`2064 AI TOPS of sparse FP4 (svethardware.cz, October 2025) / ${part}`)

/** The 48 GB card. The one of 72 GB has a name of its own; a laptop GPU of 24 GB may print this one. */
const pro5000: Card = {
  ...pro6000,
  key: 'rtx-pro-5000',
  label: 'RTX PRO 5000 48 GB',
  smiName: 'NVIDIA RTX PRO 5000 Blackwell',
  smCount: deviceQuery(110),
  cudaCores: purepc(14_080),
  tensorCores: purepc(440),
  boostGhz: derived('2064 AI TOPS of sparse FP4 / (110 SM x 8192)')(2.29),
  vramGb: purepc(48),
  memoryDataRateGbps: derived('1344 GB/s x 8 / 384 bit')(28),
  smiMemoryMiB: smiOutput()(48_935),
  cudaBytes: deviceQuery(Math.round(47.27 * 2 ** 30)),
  memoryBusBits: purepc(384),
  memoryBandwidthGBs: purepc(1344),
  l2Mb: press('published measurements of one card: 110 SM, 96 MB of L2, 300 W')(96),
  fp16Tflops: pro5000Rate(8)(258),
  fp8Tflops: pro5000Rate(4)(516),
  int8Tops: pro5000Rate(4)(516),
  fp4Tflops: pro5000Rate(2)(1032),
  fp8PeakTflops: pro5000Rate(4)(516),
  tdpW: smiOutput()(300),
  minPowerLimitW: smiOutput()(250),
  maxPowerLimitW: smiOutput()(300),
  idleW: derived('40 W of 600 W, as the RTX PRO 6000 Workstation, of its 300 W')(20),
  pcie: grokipedia({ gen: 5, lanes: 16 }),
  ecc: smiOutput('ECC off')('toggle-off'),
  slots: press('svethardware.cz, October 2025')('dual slot, blower'),
}

const technicalCity = press('technical.city, RTX PRO 4500 Blackwell')
const pro4500Rate = (fma: number) => derived(`82 SM x ${fma} FMA x 2 x 2.617 GHz`)

const pro4500: Card = {
  ...pro6000,
  key: 'rtx-pro-4500',
  label: 'RTX PRO 4500 32 GB',
  smiName: 'NVIDIA RTX PRO 4500 Blackwell',
  architecture: 'Blackwell GB203',
  smCount: press('hmc-tech.com')(82),
  cudaCores: technicalCity(10_496),
  tensorCores: technicalCity(328),
  boostGhz: technicalCity(2.617),
  vramGb: technicalCity(32),
  memoryDataRateGbps: derived('896 GB/s x 8 / 256 bit')(28),
  smiMemoryMiB: smiOutput()(32_623),
  cudaBytes: derived('nvidia-smi total less 531 MiB, as the RTX PRO 5000')(32_092 * 2 ** 20),
  memoryBusBits: technicalCity(256),
  memoryBandwidthGBs: technicalCity(896),
  l2Mb: technicalCity(64),
  fp16Tflops: pro4500Rate(512)(219.7),
  fp8Tflops: pro4500Rate(1024)(439.5),
  int8Tops: pro4500Rate(1024)(439.5),
  fp4Tflops: pro4500Rate(2048)(879),
  fp8PeakTflops: pro4500Rate(1024)(439.5),
  tdpW: smiOutput()(200),
  minPowerLimitW: null,
  maxPowerLimitW: smiOutput('200 W is the default on each')(200),
  idleW: derived('40 W of 600 W, as the RTX PRO 6000 Workstation, of its 200 W')(13),
  pcie: technicalCity({ gen: 5, lanes: 16 }),
  ecc: smiOutput('ECC off on most')('toggle-off'),
  slots: technicalCity('dual slot, blower'),
}

export const rtxProCards: readonly Card[] = [pro6000MaxQ, pro6000Workstation, pro6000Server, pro5000, pro4500]
