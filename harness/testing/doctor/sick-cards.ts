import { type DoctorCase, idleCard, noProcesses, uuidOf, well } from './machine.ts'

const lost = {
  'power.draw': '[GPU is lost]',
  'power.draw.instant': '[GPU is lost]',
  'memory.total': '[GPU is lost]',
  'memory.used': '[GPU is lost]',
  'utilization.gpu': '[GPU is lost]',
  'temperature.gpu': '[GPU is lost]',
}
const handleText = 'Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error\n'
const notPermitted = 'Unable to determine the device handle for gpu 1: Insufficient Permissions\n'
const listed = (...indices: readonly number[]): string =>
  indices.map((index) => `GPU ${index}: NVIDIA L40S (UUID: ${uuidOf(index)})\n`).join('')

/** One card in trouble beside others. */
export const sickCardCases: readonly DoctorCase[] = [
  {
    title: 'one of four cards is lost: its cells',
    source: 'real 550.163.01, one card returning GPU_IS_LOST; 535.261.03 prints the same',
    smi: well([idleCard(0), idleCard(1, lost), idleCard(2), idleCard(3)]),
    isHealthy: false,
    mustSay: [
      { id: 'card-health', status: 'fail', read: /GPU 1: power\.draw \[GPU is lost\]/, fix: /power the server off/ },
      { id: 'power-limit', status: 'pass' },
    ],
  },
  {
    title: 'one of four cards is lost: its row has no UUID',
    source: 'real 550.163.01, a card that was lost while nvidia-smi ran',
    smi: well([idleCard(0), idleCard(1, { ...lost, uuid: '[GPU is lost]' }), idleCard(2), idleCard(3)]),
    isHealthy: false,
    mustSay: [{ id: 'card-health', status: 'fail', read: /GPU 1 cannot be read: \[GPU is lost\]/, fix: /dmesg/ }],
  },
  {
    title: 'one of three cards is lost: a query over all fails with 15',
    source: 'real 550.163.01; the query prints nothing',
    smi: {
      gpus: [idleCard(0), { ...idleCard(1), fails: { stdout: '', returnCode: 15 } }, idleCard(2)],
      answers: { ...noProcesses, '-L': { stdout: listed(0, 1, 2) } },
    },
    isHealthy: false,
    mustSay: [
      { id: 'card-health', status: 'fail', read: /GPU 1 cannot be read/, fix: /fell off the bus|NVRM and Xid/ },
      { id: 'gpus', status: 'pass', read: /L40S.*L40S/ },
      { id: 'first-row', status: 'pass' },
    ],
  },
  {
    title: 'one of three cards is lost: nvidia-smi lists nothing and ends with 255',
    source: 'driver 610.57.04 (a public log); older drivers end at the first card that they cannot open',
    smi: {
      gpus: [idleCard(0), { ...idleCard(1), fails: { stdout: handleText, returnCode: 255 } }, idleCard(2)],
      answers: { ...noProcesses, '-L': { stdout: handleText, returnCode: 255 } },
    },
    isHealthy: false,
    mustSay: [
      { id: 'nvidia-smi', status: 'warn', read: /GPU1/ },
      { id: 'card-health', status: 'fail', read: /GPU 1 cannot be read/, fix: /power the server off/ },
      { id: 'gpus', status: 'pass' },
    ],
  },
  {
    title: 'one of four cards is not given to this user',
    source: 'real 550.163.01: -L ends with 4 and lists three, the query works',
    smi: well([idleCard(0), idleCard(2), idleCard(3)], {
      '-L': {
        stdout: `${listed(0)}${notPermitted}${listed(2, 3)}`,
        returnCode: 4,
      },
    }),
    isHealthy: true,
    mustSay: [
      { id: 'card-health', status: 'warn', read: /gpu 1: Insufficient Permissions/, fix: /no access to this card/ },
      { id: 'nvidia-smi', status: 'pass' },
    ],
  },
  {
    title: 'a card that requires a reset',
    source: 'H100 of a Slurm note and RTX PRO 6000: the text in utilisation, temperature and pstate',
    smi: well([
      idleCard(0, {
        'utilization.gpu': '[GPU requires reset]',
        'temperature.gpu': '[GPU requires reset]',
        pstate: '[GPU requires reset]',
      }),
    ]),
    isHealthy: false,
    mustSay: [
      {
        id: 'card-health',
        status: 'fail',
        read: /utilization\.gpu \[GPU requires reset\]/,
        fix: /"Not Supported".*power the server off/,
      },
    ],
  },
  {
    title: 'a corrupt infoROM, on a driver without the checksum field',
    source: 'real 550.163.01: only the bare table says so and ends with 14',
    smi: {
      ...well([idleCard(0)]),
      table: {
        stdout: `${'| table |\n'.repeat(20)}WARNING: infoROM is corrupted at gpu 00000000:17:00.0\n`,
        returnCode: 14,
      },
    },
    isHealthy: true,
    mustSay: [{ id: 'inforom', status: 'warn', read: /infoROM is corrupted at gpu/, fix: /replaced/ }],
  },
  {
    title: 'a corrupt infoROM of one of two cards: every call warns and ends with 14',
    source: 'pytorch/pytorch#87464, NVIDIA/gpu-operator#285',
    smi: well([idleCard(0), idleCard(1)], {
      '-L': { stdout: `${listed(0, 1)}WARNING: infoROM is corrupted at gpu 0000:18:00.0\n`, returnCode: 14 },
    }),
    isHealthy: true,
    mustSay: [
      {
        id: 'inforom',
        status: 'warn',
        read: /GPU 1: .*WARNING: infoROM is corrupted/,
        not: /GPU 0: .*corrupted.*GPU 1/,
      },
    ],
  },
  {
    title: 'one column that this user may not read',
    source: 'ollama/ollama#934',
    smi: well([idleCard(0, { 'ecc.mode.pending': '[Insufficient Permissions]' })]),
    isHealthy: true,
    mustSay: [
      { id: 'card-health', status: 'pass' },
      { id: 'ecc-mode', status: 'pass' },
    ],
  },
  {
    title: 'a loop that prints one row, then only errors',
    source: 'a T550: [Unknown Error] in every row after the first',
    smi: well([
      {
        ...idleCard(0),
        ticks: [{}, { uuid: '[Unknown Error]', 'power.draw': '[Unknown Error]' }],
      },
    ]),
    isHealthy: false,
    mustSay: [{ id: 'first-row', status: 'fail', read: /1 of 3 rows.*\[Unknown Error\]/ }],
  },
]
