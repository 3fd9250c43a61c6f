import { writeFileSync } from 'node:fs'
import { scenarioJsonSchema } from '../harness/scenario/json-schema.ts'

/** Writes `scenarios/schema.json`, which editors complete from. A test says when it is out of date. */
writeFileSync(new URL('../scenarios/schema.json', import.meta.url), scenarioJsonSchema())
