import type { Occupancy } from '../plan/evidence.ts'
import { occupancyOf } from '../plan/occupancy.ts'
import { probeCargoLocks } from './cargo-locks.ts'
import { listContainers } from './docker.ts'
import { scanProcesses } from './inhabitants.ts'
import { isAtOrBelow, locate, mountsWithin, readMounts } from './mounts.ts'
import type { Mount } from './mounts.ts'

/** Places to look into, below one of the directories that were given. */
export interface Places {
  /** absolute, without links */
  base: string
  /** worktrees and target dirs at or below it */
  paths: readonly string[]
  /** those among them that Cargo’s locks are looked for in */
  targets: readonly string[]
}

/** Who lives in each of these places, by the evidence that counts for slots. */
export async function lookIntoPlaces(
  { base, paths, targets }: Places,
  environment: NodeJS.ProcessEnv,
): Promise<Map<string, Occupancy>> {
  const [answer, locks] = await Promise.all([listContainers(environment), probeCargoLocks(targets)])
  const inBase = (path: string): string => path.slice(base.length + 1)
  const scan = scanProcesses(base, paths.map(inBase), isMountedIn)
  const searches = {
    // Absolute paths, without their first slash, are places in the root of everything.
    // Worktrees have no leases.
    kept: new Set<string>(),
    rootPaths: [''],
    cargoLocks: new Map([...locks].map(([path, found]) => [path.slice(1), found])),
    processes: {
      bySlot: new Map(paths.map((path) => [path.slice(1), scan.bySlot.get(inBase(path)) ?? []])),
      failure: scan.failure,
    },
    containers: {
      list: answer.kind === 'answered' ? answer.containers : [],
      failure: answer.kind === 'silent' ? `docker does not answer (${answer.why})` : null,
    },
  }
  const mounts = readMounts()
  return new Map(
    paths.map((path) => {
      const found = occupancyOf({ slot: path.slice(1), container: null }, searches)
      const within = mountsWithin(path, mounts).map((point) => `something is mounted at ${point}`)
      const elsewhere = mountsOf(path, mounts).map((point) => `it is mounted at ${point}, too`)
      return [path, { ...found, unknown: [...found.unknown, ...within, ...elsewhere] }]
    }),
  )
}

/** Where this host has a place, or a part of it, mounted besides: somebody made it theirs. */
function mountsOf(path: string, mounts: readonly Mount[]): string[] {
  const place = locate(path, mounts)
  if (place === null) return []
  return mounts
    .filter(({ device, root }) => device === place.mount.device && isAtOrBelow(root, place.path))
    .map(({ point }) => point)
    .filter((point) => !isAtOrBelow(point, path) && !isAtOrBelow(path, point))
}

/** A container that mounts a part of a worktree works in it; one that mounts a whole disk need not. */
function isMountedIn(mounted: string, place: string): boolean {
  return mounted !== '' && (place === '' || isAtOrBelow(mounted, place))
}
