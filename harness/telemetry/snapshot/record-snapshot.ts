import type { CardsSnapshot } from '../../record/schema/telemetry.ts'
import { parseVersions } from '../doctor/facts.ts'
import { KERNEL_MODULE_PATH, kernelModuleIn } from '../host/kernel-module.ts'
import { type ReadText, readTextFile } from '../host/read-host.ts'
import type { SmiExec } from '../smi/exec.ts'
import { type Fingerprint, fingerprintOf } from './fingerprint.ts'
import { healthOf } from './health.ts'
import { readHost } from './host.ts'
import { readProcesses } from './processes.ts'
import { type CardSnapshot, readSnapshot } from './snapshot.ts'

/** State of the machine before a run. */
interface MachineState {
  /** Null where the cards cannot be read. */
  readonly fingerprint: Fingerprint | null
  /** One line for each faulty card. */
  readonly warnings: readonly string[]
}

/** The current fingerprint of the server, and its faulty cards: a card that does not serve has no gate of its own. */
export async function readMachine(
  exec: SmiExec,
  knownFields: ReadonlySet<string>,
  readText: ReadText = readTextFile,
): Promise<MachineState> {
  const [snapshot, version] = await Promise.all([readSnapshot(exec, knownFields), exec(['--version'])])
  if (snapshot.kind === 'failed') return { fingerprint: null, warnings: [] }
  const fingerprint = fingerprintOf({
    cards: snapshot.cards,
    host: readHost(),
    kernelModule: kernelModuleIn(await readText(KERNEL_MODULE_PATH))?.version ?? null,
    versions: version.kind === 'ok' ? parseVersions(version.stdout) : null,
    knownFields,
    // the name of a container is known only to the process that started it
    containerImage: null,
  })
  const warnings = snapshot.cards.flatMap(({ uuid, values, sick: [first] }) =>
    first === undefined ? [] : [`GPU ${values['index'] ?? '?'} (${uuid}): ${first.field} ${first.text}`],
  )
  return { fingerprint, warnings }
}

/** Health of the cards and the processes on them, now; what cannot be read is empty with its reason. */
export async function readCardsSnapshot(
  exec: SmiExec,
  knownFields: ReadonlySet<string>,
  nowMs: () => number,
): Promise<CardsSnapshot> {
  const [snapshot, list] = await Promise.all([readSnapshot(exec, knownFields), readProcesses(exec)])
  return {
    atMs: nowMs(),
    ...(snapshot.kind === 'ok'
      ? {
          health: snapshot.cards.map(cardHealthOf),
          ...(snapshot.warnings.length === 0 ? {} : { warnings: [...snapshot.warnings] }),
        }
      : { health: [], healthReason: snapshot.reason }),
    ...(list.processes === null
      ? { processes: null, processesReason: list.reason }
      : { processes: list.processes.map((process) => ({ ...process })) }),
  }
}

function cardHealthOf(card: CardSnapshot): CardsSnapshot['health'][number] {
  const { sick, ...health } = healthOf(card)
  return { ...health, sick: sick.map((cell) => ({ ...cell })) }
}
