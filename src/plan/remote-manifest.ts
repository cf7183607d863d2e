/** The first file of an archive: what the rest has to be. */
export interface RemoteManifest {
  key: string
  bytes: number
  entries: number
}

/** Counts up when an archive is laid out in another way. */
const VERSION = 1

export function formatManifest(manifest: RemoteManifest): string {
  return JSON.stringify({ version: VERSION, ...manifest })
}

/**
 * Compares what came with what was asked for, what the service calls it, and what its manifest says.
 *
 * @returns why it is not used, null where all is well
 */
export function judgeManifest(
  text: string,
  asked: { key: string; restoreKeys: readonly string[] },
  matchedKey: string,
  found: { bytes: number; entries: number },
): string | null {
  const isAsked =
    matchedKey === asked.key || asked.restoreKeys.some((each) => matchedKey.startsWith(each))
  if (!isAsked) return 'the cache service gave another one than was asked for'
  const manifest = readObject(text)
  if (manifest?.['version'] !== VERSION) return 'its manifest is not one of this version'
  if (manifest['key'] !== matchedKey) return 'it was saved under another key'
  const isWhole = manifest['bytes'] === found.bytes && manifest['entries'] === found.entries
  return isWhole ? null : 'it is not whole'
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
