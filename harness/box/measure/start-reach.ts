import { StartError } from '../../endpoint/serve/server.ts'
import type { StartCause } from '../../endpoint/serve/start-failure.ts'
import { messageOf } from '../../errors.ts'
import type { PlannedServer } from '../plan/box-plan.ts'

/** What a cause of a failed start hits besides that server: every container, those of its image, or those of its model. */
type Reach = 'box' | 'image' | 'model'

/** A cause that is not named hits one server: its flags, its port, the memory of its cards. */
const reaches: Readonly<Partial<Record<StartCause, Reach>>> = {
  'no-docker': 'box',
  'no-permission': 'box',
  'no-gpu-runtime': 'box',
  'disk-full': 'box',
  'no-image': 'image',
  'no-registry': 'image',
  'no-hub': 'model',
  'no-such-model': 'model',
  'no-access': 'model',
  'incomplete-weights': 'model',
  'not-supported': 'model',
  'remote-code': 'model',
}

/** A start that failed for a reason that other servers share. They are not tried. */
export interface SharedCause {
  readonly reason: string
  readonly hits: (server: PlannedServer) => boolean
  /** Whether it hits every server of the box. */
  readonly isOfBox: boolean
}

/** What the failed start of a server says of others; null where it says nothing of them. */
export function sharedCause(error: unknown, of: PlannedServer): SharedCause | null {
  const reach = error instanceof StartError ? reaches[error.failure.cause] : undefined
  if (reach === undefined) return null
  const key = reach === 'image' ? imageOf : modelOf
  return {
    reason: messageOf(error),
    isOfBox: reach === 'box',
    hits: (server) => reach === 'box' || key(server) === key(of),
  }
}

const imageOf = ({ launch }: PlannedServer): string => launch.image
const modelOf = ({ launch }: PlannedServer): string => launch.model
