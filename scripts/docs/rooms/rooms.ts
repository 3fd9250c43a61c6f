import { lowerRooms } from './lower.ts'
import { measuringRooms } from './measuring.ts'
import type { Room } from './room.ts'
import { upperRooms } from './upper.ts'

/**
 * The rooms from the ground up: a file may import from its own room and from those before it in this list, never from
 * those after it. `harness/architecture.test.ts` holds the code to this table; the page docs/architecture.md is made from it.
 */
export const rooms: readonly Room[] = [...lowerRooms, ...measuringRooms, ...upperRooms]

/** The simulator is reached over HTTP and exec only: nothing but scripts and tests may start it. */
export const simulator: Room & { readonly mayImport: readonly string[] } = {
  paths: ['harness/simulator'],
  reason: 'a vLLM server and an `nvidia-smi` without a card: processes of their own, stamped SIMULATED',
  mayImport: ['harness/physics', 'harness/catalogue', 'harness/units', 'harness/clock', 'harness/errors'],
  folders: {
    box: 'a server with several cards: their faults, the power supply that they share, its programs',
    'box/engine': 'the `docker` of that server: containers, the servers in them, the torch probe',
    card: 'power, temperature, clocks and memory of a card under load',
    engine: "the scheduler's steps: batches, KV blocks, prefix cache",
    faults: 'failures and wrong reports on request',
    imitated: 'the surface of other engines in place of that of vLLM',
    image: 'images and their time',
    metrics: '`/metrics`, in the names of several vLLM generations',
    server: 'the HTTP API and its streams',
    smi: 'the texts of `nvidia-smi`',
    training: 'a training command that keeps a card busy',
  },
}

/** Reports are pure functions of records: they may see nothing that touches the world. */
export const reportsMayNotImport: readonly string[] = [
  'harness/telemetry',
  'harness/endpoint',
  'harness/load',
  'harness/workloads',
  'harness/run',
  'harness/tune',
  'harness/box',
  'harness/fleet',
]
