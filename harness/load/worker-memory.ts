/**
 * What a load worker may hold. It makes a few short-lived objects a request and keeps next to nothing: 48 MB of young
 * generation (three times its semi-space of 16 MB) let a collection find nearly all of them dead, where one of 4 MB
 * moves them to the old generation and pays for it with pauses of 10 ms and more when many requests begin at once.
 */
export const WORKER_MEMORY = { maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 512 } as const
