import type { CardsSnapshot } from '../../record/schema/telemetry.ts'
import { kernelModuleIn, parseVersions, type ReadText, readTextFile } from '../doctor/facts.ts'
import type { SmiExec } from '../smi/exec.ts'
import { type Fingerprint, fingerprintOf } from './fingerprint.ts'
import { healthOf } from './health.ts'
import { readHost } from './host.ts'
import { readProcesses } from './processes.ts'
import { type CardSnapshot, readSnapshot } from './snapshot.ts'

/** The current fingerprint of the server; null where the cards cannot be read. */
export async function readFingerprint(
  exec: SmiExec,
  knownFields: ReadonlySet<string>,
  readText: ReadText = readTextFile,
): Promise<Fingerprint | null> {
  const [snapshot, version] = await Promise.all([readSnapshot(exec, knownFields), exec(['--version'])])
  if (snapshot.kind === 'failed') return null
  return fingerprintOf({
    cards: snapshot.cards,
    host: readHost(),
    kernelModule: kernelModuleIn(await readText('/proc/driver/nvidia/version')),
    versions: version.kind === 'ok' ? parseVersions(version.stdout) : null,
    knownFields,
    // the name of a container is known only to the process that started it
    containerImage: null,
  })
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
