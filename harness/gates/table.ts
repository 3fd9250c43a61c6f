import { cacheRate } from './cache/rate.ts'
import { clock } from './card/clock.ts'
import { cardHealth } from './card/health.ts'
import { cardMatch, powerLimit } from './card/match.ts'
import { ecc } from './card/memory.ts'
import { energyAgreement, energyCoverage } from './card/power.ts'
import { powerPlausible } from './card/power-plausible.ts'
import { gpuExclusive } from './card/processes.ts'
import { serverPower } from './card/server-power.ts'
import { servingCard } from './card/serving.ts'
import { thermalSoak, throttle } from './card/slowdown.ts'
import { clientHeadroom } from './client.ts'
import type { GateDefinition, WorkloadKind } from './gate.ts'
import { inputTokens } from './input-tokens.ts'
import { endpointModel } from './model.ts'
import { physicalLimit } from './physical-limit.ts'
import { cacheClean, promptShape } from './prompts.ts'
import { errorRate } from './requests.ts'
import { liveSource } from './source.ts'
import { speculation } from './speculation.ts'
import { precision, steadyState } from './steady.ts'
import { tokenArrival } from './token-arrival.ts'
import { tokenAudit } from './tokens.ts'

/**
 * Every gate, in the order in which they are evaluated, stored and shown. A gate is listed here and in its definition
 * only; records, reports, docs/gates.md and the truth table of the tests are made from it.
 */
export const gateTable = {
  'live-source': liveSource,
  'endpoint-model': endpointModel,
  'card-match': cardMatch,
  'serving-card': servingCard,
  'card-health': cardHealth,
  'gpu-exclusive': gpuExclusive,
  'client-headroom': clientHeadroom,
  'error-rate': errorRate,
  'token-audit': tokenAudit,
  'token-arrival': tokenArrival,
  'prompt-shape': promptShape,
  'input-tokens': inputTokens,
  'cache-clean': cacheClean,
  'cache-rate': cacheRate,
  speculation,
  'steady-state': steadyState,
  precision,
  'power-plausible': powerPlausible,
  'energy-coverage': energyCoverage,
  'energy-agreement': energyAgreement,
  'server-power': serverPower,
  throttle,
  'thermal-soak': thermalSoak,
  ecc,
  'power-limit': powerLimit,
  'physical-limit': physicalLimit,
  clock,
} as const satisfies Record<string, GateDefinition>
export type GateId = keyof typeof gateTable

/** The definition of a gate; null for an unknown id. */
export const gateById = (id: string): GateDefinition | null => (isGateId(id) ? gateTable[id] : null)

/** Every gate with its id, in order. */
export const gateEntries = Object.entries(gateTable) as readonly (readonly [GateId, GateDefinition])[]

const isGateId = (id: string): id is GateId => Object.hasOwn(gateTable, id)

/** Whether a gate applies to a kind of run; if not, it is neither measured nor required. */
export const appliesTo = ({ kinds }: GateDefinition, kind: WorkloadKind): boolean => kinds.includes(kind)
