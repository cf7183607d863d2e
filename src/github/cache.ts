import { existsSync } from 'node:fs'

/** What a carrier is sent for: one file, in its working directory, to or from the cache service. */
export type Errand =
  | { kind: 'fetch'; file: string; key: string; restoreKeys: readonly string[] }
  | { kind: 'store'; file: string; key: string }

/** The key that was found, null where none was; whether the file was stored. */
export type ErrandResult =
  { kind: 'fetch'; matchedKey: string | null } | { kind: 'store'; stored: boolean }

/**
 * Runs an errand with @actions/cache, which is loaded here and nowhere else. What goes wrong it
 * writes to the log, as workflow commands, and does not throw.
 *
 * It takes `GITHUB_WORKSPACE` and `RUNNER_TEMP` from the environment, and the version under which an
 * entry is known from the file’s name: that is the same on every host.
 *
 * @throws Error where there is no service, or a key is not allowed
 */
export async function runErrand(errand: Errand): Promise<ErrandResult> {
  const cache = await import('@actions/cache')
  if (!cache.isFeatureAvailable()) throw new Error('there is no cache service for this job')
  if (errand.kind === 'store') {
    const id = await cache.saveCache([errand.file], errand.key)
    return { kind: 'store', stored: id > 0 }
  }
  const found = await cache.restoreCache([errand.file], errand.key, [...errand.restoreKeys])
  // The library takes the answer of the service for a success before it has a file.
  const matchedKey = found !== undefined && existsSync(errand.file) ? found : null
  return { kind: 'fetch', matchedKey }
}
