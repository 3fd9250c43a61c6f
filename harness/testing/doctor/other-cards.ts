import { type DoctorCase, idleCard, noProcesses, well } from './machine.ts'

/** Cards and machines that are no plain card. */
export const otherCardCases: readonly DoctorCase[] = [
  {
    title: 'a MIG slice in a container, memory not permitted',
    source: 'RTX PRO 6000 Server 2g.48gb in a container',
    smi: well([
      idleCard(0, {
        'mig.mode.current': 'Enabled',
        'memory.total': '[Insufficient Permissions]',
        'memory.used': '[Insufficient Permissions]',
      }),
    ]),
    isHealthy: false,
    mustSay: [
      { id: 'mig', status: 'fail' },
      { id: 'memory', status: 'not-measured', fix: /^$/ },
    ],
  },
  {
    title: 'a virtual GPU that reports 0 W',
    source: 'mlco2/codecarbon#393; MangoHud#1656',
    smi: well([
      idleCard(0, {
        name: 'NVIDIA L40S-48Q',
        'power.draw': '0.00',
        'power.draw.instant': '0.00',
        'utilization.gpu': '0',
      }),
    ]),
    isHealthy: false,
    mustSay: [
      { id: 'mig', status: 'fail', read: /virtual GPU/ },
      { id: 'sensor', status: 'fail', read: /reports 0 W/ },
    ],
  },
  {
    title: 'a power sensor above all limits',
    source: 'NVIDIA/open-gpu-kernel-modules#1287 (1024.5 W)',
    smi: well([idleCard(0, { 'power.draw': '1024.50' })]),
    isHealthy: false,
    mustSay: [{ id: 'sensor', status: 'fail', read: /1024\.5 W.*cannot draw more than/ }],
  },
  {
    title: 'GB10: the CPU shares the memory, no limits are reported',
    source: 'XuehaiPan/nvitop#208 (driver 580.173.02), Syllo/nvtop#426',
    smi: well([
      idleCard(0, {
        name: 'NVIDIA GB10',
        compute_cap: '12.1',
        'pci.bus_id': '0000000F:01:00.0',
        'power.draw': '11.17',
        'memory.total': '[N/A]',
        'memory.used': '[N/A]',
        'power.limit': '[N/A]',
        'enforced.power.limit': '[N/A]',
        'power.default_limit': '[N/A]',
        'power.min_limit': '[N/A]',
        'power.max_limit': '[N/A]',
        'pcie.link.width.current': '1',
        'pcie.link.width.max': '1',
      }),
    ]),
    card: 'gb10',
    isHealthy: true,
    mustSay: [
      { id: 'gpus', status: 'pass' },
      { id: 'power-limit', status: 'not-measured', fix: /^$/ },
      { id: 'memory', status: 'not-measured', fix: /^$/ },
      { id: 'sensor', status: 'not-measured', fix: /--endpoint/ },
    ],
  },
  {
    title: 'Jetson Orin: nearly every field is N/A, the UUID has no prefix',
    source: 'NVIDIA go-nvlib (UUID of "Orin (nvgpu)"); OE4T/linux-tegra-5.10#17 (driver N/A)',
    smi: {
      gpus: [{ values: { index: '0', name: 'Orin (nvgpu)', uuid: '54d0709b-558d-5a59-9c65-0c5fc14a21a4' } }],
      answers: {
        ...noProcesses,
        '-L': { stdout: 'GPU 0: Orin (nvgpu) (UUID: 54d0709b-558d-5a59-9c65-0c5fc14a21a4)\n' },
        '--version': {
          stdout:
            'NVIDIA-SMI version  : 540.3.0\nNVML version        : 540.3\nDRIVER version      : N/A\nCUDA Version        : 12.2\n',
        },
      },
    },
    isHealthy: true,
    mustSay: [
      { id: 'gpus', status: 'pass', read: /Orin/ },
      { id: 'driver-versions', status: 'pass' },
      { id: 'sensor', status: 'warn', read: /power\.draw of GPU 0 not reported/, fix: /Jetson/ },
      { id: 'temperature', status: 'not-measured', fix: /^$/ },
    ],
  },
  {
    title: 'GH200: the GPU of a superchip',
    source: 'NVIDIA GH200 480GB, limits of a public listing',
    smi: well([
      idleCard(0, {
        name: 'NVIDIA GH200 480GB',
        compute_cap: '9.0',
        'memory.total': '97871',
        'power.draw': '96.12',
        'power.limit': '900.00',
        'enforced.power.limit': '900.00',
        'power.default_limit': '900.00',
        'power.min_limit': '100.00',
        'power.max_limit': '900.00',
        'mig.mode.current': 'Disabled',
      }),
    ]),
    isHealthy: true,
    mustSay: [
      { id: 'mig', status: 'pass' },
      { id: 'power-limit', status: 'pass' },
    ],
  },
  {
    title: 'driver 470: no --version, no power.draw.instant, the old names of throttle reasons',
    source: 'help list of driver 470',
    smi: {
      gpus: [idleCard(0, { name: 'Tesla T4', driver_version: '470.256.02', compute_cap: '7.5' })],
      fields: [
        'timestamp',
        'driver_version',
        'count',
        'name|gpu_name',
        'uuid|gpu_uuid',
        'index',
        'pci.bus_id|gpu_bus_id',
        'persistence_mode',
        'compute_mode',
        'pstate',
        'memory.total',
        'memory.used',
        'utilization.gpu',
        'utilization.memory',
        'temperature.gpu',
        'power.draw',
        'power.limit',
        'enforced.power.limit',
        'power.default_limit',
        'power.min_limit',
        'power.max_limit',
        'clocks.current.sm|clocks.sm',
        'clocks.current.memory|clocks.mem',
        'clocks_throttle_reasons.active',
        'ecc.mode.current',
        'ecc.mode.pending',
      ],
      answers: noProcesses,
    },
    isHealthy: true,
    mustSay: [
      { id: 'fields', status: 'warn', read: /without power\.draw\.instant/ },
      { id: 'first-row', status: 'pass' },
      { id: 'sensor', status: 'not-measured' },
    ],
  },
  {
    title: 'an A100 board of 500 W at its own default',
    source: 'influxdata/telegraf a100-sxm4-v12.xml: default, current and highest limit 500 W',
    smi: well([
      idleCard(0, {
        name: 'NVIDIA A100-SXM4-80GB',
        'memory.total': '81920',
        'power.limit': '500.00',
        'enforced.power.limit': '500.00',
        'power.default_limit': '500.00',
        'power.max_limit': '500.00',
      }),
    ]),
    card: 'a100-80gb',
    isHealthy: true,
    mustSay: [{ id: 'power-limit', status: 'pass', read: /board default 500 W, catalogue 400 W/, fix: /^$/ }],
  },
  {
    title: 'links of cards without GPU 0',
    source: 'real 550.163.01',
    smi: well([idleCard(1), idleCard(2), idleCard(3)], {
      'topo -m': {
        stdout:
          '\t\u001b[4mGPU1\tGPU2\tGPU3\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\u001b[0m\nGPU1\t X \tPIX\tPIX\t\t\t\tN/A\nGPU2\tPIX\t X \tPIX\t\t\t\tN/A\nGPU3\tPIX\tPIX\t X \t\t\t\tN/A\n\nLegend:\n\n  X    = Self\n',
      },
      nvlink: { stdout: 'GPU 1: NVIDIA L40S\nDevice does not have or support Nvlink\n' },
    }),
    isHealthy: true,
    mustSay: [{ id: 'topology', status: 'pass', read: /GPU1-GPU2 PIX, GPU1-GPU3 PIX, GPU2-GPU3 PIX; no NVLink/ }],
  },
  {
    title: 'NVLinks of one card are down',
    source: 'public logs of H100 servers: NODE or SYS instead of NV18, "all links are inActive" on one card',
    smi: well([idleCard(0), idleCard(1), idleCard(2)], {
      'topo -m': {
        stdout: '\tGPU0\tGPU1\tGPU2\tCPU Affinity\nGPU0\t X \tNV2\tNODE\nGPU1\tNV2\t X \tNODE\nGPU2\tNODE\tNODE\t X \n',
      },
      nvlink: {
        stdout: `${[0, 1].map((gpu) => `GPU ${gpu}: NVIDIA H100\n\t Link 0: 26.562 GB/s\n\t Link 1: 26.562 GB/s\n`).join('')}GPU 2: NVIDIA H100\nNVML: Unable to retrieve Nvlink information as all links are inActive\n`,
      },
    }),
    isHealthy: true,
    mustSay: [{ id: 'topology', status: 'warn', read: /4 NVLinks: GPU 2 has 0 of 2 links/, fix: /fabric manager/ }],
  },
  {
    title: 'NVLinks of cards in MIG mode',
    source: 'H100 MIG 590.48.01: nvlink -s refuses',
    smi: well([idleCard(0), idleCard(1)], {
      'topo -m': { stdout: '\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tNV18\t0-31\nGPU1\tNV18\t X \t0-31\n' },
      nvlink: {
        stdout:
          'GPU 0: NVIDIA H100\nNvlink queries are not supported for Devices in MIG mode\nGPU 1: NVIDIA H100\nNVML: Unable to retrieve Nvlink information as all links are inActive\n',
      },
    }),
    isHealthy: true,
    mustSay: [
      { id: 'topology', status: 'pass', read: /GPU0-GPU1 NV18; active NVLinks not reported/, not: /no NVLink/ },
    ],
  },
]
