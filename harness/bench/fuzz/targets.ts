import type { FuzzTarget } from './fuzz-target.ts'
import { claimsTarget } from './target-claims.ts'
import { configTarget } from './target-config.ts'
import { eventStreamTarget } from './target-event-stream.ts'
import { httpTarget } from './target-http.ts'
import { prometheusTarget } from './target-prometheus.ts'
import { scenarioTarget } from './target-scenario.ts'
import { smiAnswersTarget } from './target-smi-answers.ts'
import { smiRowsTarget } from './target-smi-rows.ts'
import { smiXmlTarget } from './target-smi-xml.ts'
import { streamTarget } from './target-stream.ts'
import { tarTarget } from './target-tar.ts'

/** Every reader of what comes from outside. */
export const fuzzTargets: readonly FuzzTarget[] = [
  httpTarget,
  eventStreamTarget,
  streamTarget,
  smiRowsTarget,
  smiAnswersTarget,
  smiXmlTarget,
  prometheusTarget,
  scenarioTarget,
  configTarget,
  claimsTarget,
  tarTarget,
]
