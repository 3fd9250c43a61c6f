import type { BoxCard, PlannedServer } from '../plan/box-plan.ts'
import { diskFit, gb, missingBytes } from './disk-fit.ts'
import type { Fault, Finding, PreflightFacts } from './facts.ts'

/** Something that keeps servers of a plan from starting. */
export interface Block {
  readonly reason: string
  readonly fix: string
  readonly hits: (server: PlannedServer) => boolean
}

const everything = () => true

const isFault = (finding: Finding): finding is Fault => finding.state === 'fault'

/** Whatever keeps servers from starting, the widest causes first. What is not known blocks nothing. */
export function blocksOf(facts: PreflightFacts): Block[] {
  const { engine, gpus, images, weights, hub, ports, offline } = facts
  const fit = diskFit(facts)
  const ofRepository = (repository: string) => (server: PlannedServer) => server.launch.repository === repository
  const needed = (repository: string) => weights.some((each) => each.repository === repository && !each.isComplete)
  return [
    ...(isFault(engine) ? [{ reason: engine.text, fix: engine.fix, hits: everything }] : []),
    ...(isFault(gpus) ? [{ reason: gpus.text, fix: gpus.fix, hits: everything }] : []),
    ...images.flatMap(({ image, finding }) =>
      isFault(finding)
        ? [{ reason: finding.text, fix: finding.fix, hits: ({ launch }: PlannedServer) => launch.image === image }]
        : [],
    ),
    ...fit.lostImages.map((image) => ({
      reason: `the disk has no room for ${image} (about ${gb(fit.imageBytes)} of images)`,
      fix: MAKE_ROOM,
      hits: ({ launch }: PlannedServer) => launch.image === image,
    })),
    ...hub.access.flatMap(({ repository, finding }) =>
      isFault(finding) ? [{ reason: finding.text, fix: finding.fix, hits: ofRepository(repository) }] : [],
    ),
    ...(isFault(hub.reach)
      ? [
          {
            reason: hub.reach.text,
            fix: hub.reach.fix,
            hits: ({ launch }: PlannedServer) => launch.repository !== null && needed(launch.repository),
          },
        ]
      : []),
    ...(offline === null
      ? []
      : weights
          .filter(({ isComplete }) => !isComplete)
          .map(({ repository }) => ({
            reason: `${repository} is not in the cache, and the network may not be used (${offline})`,
            fix: `hf download ${repository}`,
            hits: ofRepository(repository),
          }))),
    ...fit.lostWeights.map((each) => ({
      reason: `${each.repository} does not fit on the disk: ${gb(missingBytes(each))} to download, ${gb(Math.max(0, fit.roomBytes ?? 0))} free for all weights`,
      fix: MAKE_ROOM,
      hits: ofRepository(each.repository),
    })),
    ...(gpus.state === 'well' ? unseen(gpus.uuids) : []),
    ...takenPorts(ports),
  ]
}

/** The ports that are taken, as one cause: a night of eight cards has eight of them. */
function takenPorts(ports: PreflightFacts['ports']): Block[] {
  const faults = ports.flatMap(({ port, finding }) => (isFault(finding) ? [{ port, ...finding }] : []))
  if (faults.length === 0) return []
  return [
    {
      reason: faults.map(({ text }) => text).join(', '),
      fix: [...new Set(faults.map(({ fix }) => fix))].join('; '),
      hits: ({ launch }) => faults.some(({ port }) => port === launch.port),
    },
  ]
}

export const MAKE_ROOM = 'make room (docker system df; hf cache ls), or name a larger disk with --cache FOLDER'

/** A card of this machine, which has a UUID; one that is only planned has none. */
export const isHere = ({ uuid }: BoxCard): boolean => uuid.startsWith('GPU-')

/** Servers on cards that no container sees, such as one that was added after the devices were listed. */
const unseen = (uuids: readonly string[]): Block[] => [
  {
    reason: 'containers do not see this card',
    fix: REFRESH_DEVICES,
    hits: ({ cards }) => cards.some((card) => isHere(card) && !uuids.includes(card.uuid)),
  },
]

export const REFRESH_DEVICES =
  'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml, and restart the engine: its list of devices is older than this card'
