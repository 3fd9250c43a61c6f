import assert from 'node:assert/strict'
import { telemetrySchema } from '../../record/schema/telemetry.ts'
import { listCards } from '../../telemetry/inventory/list-cards.ts'
import { resultOf } from '../../telemetry/smi/exec.ts'
import { parseHelpFields } from '../../telemetry/smi/fields.ts'
import { readCardsSnapshot } from '../../telemetry/snapshot/record-snapshot.ts'
import { snapshotFields } from '../../telemetry/snapshot/snapshot.ts'
import { nvlinksOfGpus, parseTopology } from '../../telemetry/snapshot/topology.ts'
import { fakeFields550 } from '../../testing/fake-nvidia-smi.ts'
import type { FuzzTarget } from './fuzz-target.ts'

const UUID = 'GPU-3f2a9c1e-77aa-4b21-9d00-5c0ffee01234'
const returnCodes = [0, 0, 0, 2, 4, 6, 8, 9, 10, 12, 14, 15, 18, 255, null]
const knownFields = new Set(fakeFields550.flatMap((names) => names.split('|')))
const queried = snapshotFields.filter((field) => knownFields.has(field) || field === 'uuid')
const answer = (text: string, code = 0) => Buffer.concat([Buffer.from([code]), Buffer.from(text)])

/** One answer of nvidia-smi to every question: the readers of lists, snapshots, processes and links. */
export const smiAnswersTarget: FuzzTarget = {
  name: 'smi-answers',
  holds: 'whatever nvidia-smi prints, with any return code, is a snapshot that fits a record, or a reason of one line',
  covers: [
    'smi/exec.ts',
    'smi/failures.ts',
    'smi/rows.ts',
    'smi/fields.ts',
    'inventory/list-cards.ts',
    'snapshot/snapshot.ts',
    'snapshot/health.ts',
    'snapshot/processes.ts',
    'snapshot/topology.ts',
  ],
  seeds: [
    answer(
      `GPU 0: NVIDIA GeForce RTX 4090 (UUID: ${UUID})\nGPU 1: NVIDIA GeForce RTX 4090 (UUID: ${UUID.replace('1e', '1f')})\n`,
    ),
    answer(`0, ${UUID}\n1, [GPU is lost]\n`),
    answer(`${queried.map((field) => (field === 'uuid' ? UUID : '1')).join(', ')}\n`),
    answer(`${UUID}, 4242, /usr/bin/python3, vllm, 20000\n`),
    answer('No devices were found\n', 5),
    answer("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that\n", 7),
    answer('\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tNV4\t0-31\nGPU1\tNV4\t X \t0-31\n'),
    answer('GPU 0: NVIDIA H200 (UUID: GPU-x)\n\t Link 0: 26.562 GB/s\n\t Link 1: <inactive>\n'),
    answer('"power.draw" or "gpu.power.draw"\nThe last measured power draw.\n'),
  ],
  dictionary: [
    UUID,
    '[GPU is lost]',
    '[Unknown Error]',
    'Unable to determine the device handle for GPU0000:CB:00.0: ',
    'Field "x" is not a valid field to query.',
    'Failed to initialize NVML: ',
    'WARNING: infoROM is corrupted',
    '\x1b[4m',
    '\t',
    ', ',
    '-1',
    '1e9',
    '99999999999999999999',
  ],
  async check(input) {
    const returnCode = returnCodes[(input[0] ?? 0) % returnCodes.length] as number | null
    const stdout = input.subarray(1).toString('utf8')
    const exec = async (args: readonly string[]) =>
      resultOf(args, { returnCode, signal: returnCode === null ? 'SIGSEGV' : null, stdout, stderr: '' })
    const listed = await listCards(exec)
    const lines = 'failure' in listed ? [listed.reason] : listed.warnings
    for (const line of lines) assert.ok(!/[\r\n]/.test(line) && line.length < 2000, `line: ${JSON.stringify(line)}`)
    telemetrySchema.shape.before.parse(await readCardsSnapshot(exec, knownFields, () => 0))
    parseHelpFields(stdout)
    for (const { from, to } of parseTopology(stdout)) assert.ok(from !== '' && to !== '', 'link: without an end')
    nvlinksOfGpus(stdout)
  },
}
