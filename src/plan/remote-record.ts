import { askedIn, realWorkspaceIn } from './build-record.ts'
import { parseObject } from './lease.ts'

/** What goes along with a build through the cache service: the next host knows nothing else of it. */
export interface RemoteRecord {
  version: 1
  /** the lease it was built under */
  id: string
  /** absolute path of the checkout */
  workspace: string
  /** see BuildRecord */
  realWorkspace?: string
  /** absolute paths that may be compiled in: the slot it was built in, and those handed down to it */
  targets: string[]
  toolchain: string
  /** what rustc said to who only asked; see BuildRecord */
  asked?: string
  /** milliseconds since the epoch */
  savedMs: number
  /** the recorded inputs, as text; null where there are none */
  inputs: string | null
}

export function encodeRemoteRecord(record: RemoteRecord): string {
  return JSON.stringify(record)
}

/** Reads a record that came over the network; null where it is none of ours. */
export function parseRemoteRecord(text: string): RemoteRecord | null {
  const found = parseObject(text)
  if (found?.['version'] !== 1) return null
  const { id, workspace, targets, toolchain, savedMs, inputs } = found
  if (typeof id !== 'string' || typeof workspace !== 'string') return null
  if (typeof toolchain !== 'string' || typeof savedMs !== 'number') return null
  if (!Array.isArray(targets) || (inputs !== null && typeof inputs !== 'string')) return null
  const paths = targets.filter((each): each is string => typeof each === 'string')
  if (paths.length !== targets.length || paths.length > TARGETS_AT_MOST) return null
  const built = {
    id,
    workspace,
    targets: paths,
    toolchain,
    ...askedIn(found),
    ...realWorkspaceIn(found),
  }
  return { version: 1, ...built, savedMs, inputs }
}

const TARGETS_AT_MOST = 200
