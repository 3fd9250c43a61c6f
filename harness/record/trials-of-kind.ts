import type { Trial } from './schema/trial.ts'

/** The trials of one kind, with the fields that only this kind has. A run has trials of its scenario's kind alone. */
export const trialsOfKind = <Kind extends Trial['kind']>(
  trials: readonly Trial[],
  kind: Kind,
): Extract<Trial, { kind: Kind }>[] =>
  trials.filter((trial): trial is Extract<Trial, { kind: Kind }> => trial.kind === kind)
