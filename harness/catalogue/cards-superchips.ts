import { derived, deviceQuery, press, quoted, smiOutput } from './sourced.ts'
import type { Card } from './types.ts'

/** GPUs that share a package and memory with their CPU. */

/**
 * nvidia-smi names it by the CPU's memory. Its own 96 GB of HBM3 are what a model fits into; the CPU's 480 GB are reached
 * over NVLink-C2C (450 GB/s each way) and count neither as memory nor as bandwidth here.
 */
const gh200: Card = {
  key: 'gh200',
  label: 'GH200 96 GB',
  smiName: 'NVIDIA GH200 480GB',
  architecture: 'Hopper GH100',
  process: derived('the chip of the H100')('TSMC 4N'),
  computeCapability: '9.0',
  smCount: deviceQuery(132),
  cudaCores: deviceQuery(16_896),
  tensorCores: derived('4 per SM')(528),
  boostGhz: derived('as the H100 SXM: the same SMs and the same highest clock, 1980 MHz')(1.83),
  vramGb: quoted('NVIDIA MIG user guide r610, "H100 on GH200"')(96),
  memoryType: 'HBM3',
  memorySharedWithCpu: 'second-pool',
  memoryDataRateGbps: deviceQuery(5.238),
  smiMemoryMiB: smiOutput()(97_871),
  cudaBytes: deviceQuery(102_005_473_280),
  memoryBusBits: deviceQuery(6144),
  memoryBandwidthGBs: derived('6144 bit x 2 x 2619 MHz / 8; NVIDIA rounds to 4 TB/s')(4023),
  l2Mb: deviceQuery(60),
  fp16Tflops: derived('as the H100 SXM: the same SMs and the same highest clock')(989.4),
  fp8Tflops: derived('as the H100 SXM: the same SMs and the same highest clock')(1978.9),
  int8Tops: derived('as the H100 SXM: the same SMs and the same highest clock')(1979),
  fp4Tflops: null,
  fp8PeakTflops: derived('as the H100 SXM: the same SMs and the same highest clock')(1978.9),
  tdpW: smiOutput('default 900 W; some hosts enforce 700 W; the module with its CPU has 1000 W')(900),
  minPowerLimitW: smiOutput()(100),
  maxPowerLimitW: smiOutput()(900),
  idleW: smiOutput('95 W in P0 at 0 % with 48,427 MiB held')(95),
  pcie: derived('as the other GH100 parts; the CPU is reached over NVLink-C2C')({ gen: 5, lanes: 16 }),
  nvlinkGBs: derived('18 links, as the H100 SXM; most GH200 hosts have one GPU')(900),
  ecc: smiOutput()('toggle-on'),
  slots: derived('CPU and GPU on one board')('superchip module'),
  mig: true,
}

/**
 * DGX Spark and its like: one pool of LPDDR5X for CPU and GPU. nvidia-smi reports neither its size nor a power limit, and
 * the memory available to CUDA depends on what the operating system uses.
 */
const gb10: Card = {
  key: 'gb10',
  label: 'GB10 128 GB',
  smiName: 'NVIDIA GB10',
  architecture: 'Blackwell GB10',
  process: press('The Register on Hot Chips 2025')('TSMC 3 nm'),
  computeCapability: '12.1',
  smCount: deviceQuery(48),
  cudaCores: deviceQuery(6144),
  tensorCores: derived('4 per SM')(192),
  boostGhz: deviceQuery(2.418),
  vramGb: quoted('NVIDIA DGX Spark hardware guide')(128),
  memoryType: 'LPDDR5X',
  memorySharedWithCpu: 'one-pool',
  memoryDataRateGbps: deviceQuery(8.533),
  smiMemoryMiB: null,
  cudaBytes: deviceQuery(122_570 * 2 ** 20),
  memoryBusBits: deviceQuery(256),
  memoryBandwidthGBs: quoted('NVIDIA DGX Spark hardware guide')(273),
  l2Mb: deviceQuery(24),
  // by the ratios of the RTX PRO cards it would be 125; mmapeak issued 212.9, cuBLAS reached 99.8: the limit takes the most
  fp16Tflops: press('mmapeak on a DGX Spark, NVIDIA developer forum, November 2025: mma with FP32 accumulate')(212.9),
  fp8Tflops: derived('NVIDIA\'s "1 PFLOP of sparse FP4" / 4; mmapeak issued 213.7')(250),
  int8Tops: derived('as FP8, which holds for each other card with FP8')(250),
  fp4Tflops: derived('NVIDIA\'s "1 PFLOP of sparse FP4" / 2')(500),
  fp8PeakTflops: derived('NVIDIA\'s "1 PFLOP of sparse FP4" / 4')(250),
  tdpW: press('Hot Chips 2025: 140 W for the whole chip, CPU included')(140),
  minPowerLimitW: null,
  maxPowerLimitW: null,
  idleW: smiOutput('11 W in P0 at 0 %, GPU only')(11),
  pcie: derived('two systems share a port of 200 Gbit/s, as fast as half of a PCIe 5 x16')({ gen: 5, lanes: 8 }),
  nvlinkGBs: null,
  ecc: smiOutput('ECC is N/A')('none'),
  slots: press('ai-infrastructure.net/dgx-spark')('desktop system'),
  mig: false,
}

export const superchips: readonly Card[] = [gh200, gb10]
