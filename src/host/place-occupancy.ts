import type { Inhabitant, Occupancy } from '../plan/evidence.ts'
import { occupancyOf } from '../plan/occupancy.ts'
import { HOST_UNSEEN } from '../plan/worktree-lock.ts'
import { probeCargoLocks } from './cargo-locks.ts'
import { listContainers } from './docker.ts'
import type { Container } from './docker.ts'
import { scanProcesses } from './inhabitants.ts'
import type { Veiled } from './inhabitants.ts'
import { isAtOrBelow, locate, mountsWithin, readMounts } from './mounts.ts'
import type { Mount } from './mounts.ts'
import { seesHost } from './processes.ts'

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
  // A mount that is stuck would hold the search up for ever; with any mount in it a place is unknown.
  const before = readMounts()
  const searched = targets.filter((target) => mountsWithin(target, before).length === 0)
  const [answer, locks] = await Promise.all([
    listContainers(environment),
    probeCargoLocks(searched),
  ])
  const inBase = (path: string): string => path.slice(base.length + 1)
  const topOf = topsOf(paths, targets)
  const scan = scanProcesses(base, paths.map(inBase), (mounted, place) => {
    // The whole of what was given, or more.
    if (mounted === '') return false
    const path = place === '' ? base : `${base}/${place}`
    return isUsed(`${base}/${mounted}`, path, topOf(path))
  })
  const containers = answer.kind === 'answered' ? answer.containers : []
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
      // Their mounts are judged by the rule for worktrees, below.
      list: [],
      failure: answer.kind === 'silent' ? `docker does not answer (${answer.why})` : null,
    },
  }
  const mounts = readMounts()
  // A shell of the host is not in the /proc of a container that has the same place mounted.
  const unseen = seesHost() ? [] : [HOST_UNSEEN]
  return new Map(
    paths.map((path) => {
      const found = occupancyOf({ slot: path.slice(1), container: null }, searches)
      const inhabitants = [...found.inhabitants, ...inContainers(containers, path, topOf(path))]
      const listed = aboveIn(containers, path)
      const above = listed.length > 0 ? listed : veiledAbove(scan.veiled, base, path)
      const within = mountsWithin(path, mounts).map((point) => `something is mounted at ${point}`)
      const elsewhere = mountsOf(path, mounts).map((point) => `it is mounted at ${point}, too`)
      const unknown = [...found.unknown, ...unseen, ...above, ...within, ...elsewhere]
      return [path, { inhabitants, unknown }]
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

/** The worktree that a place belongs to: of a target dir the innermost one that it lies in. */
function topsOf(paths: readonly string[], targets: readonly string[]): (path: string) => string {
  const isTarget = new Set(targets)
  const tops = paths.filter((path) => !isTarget.has(path))
  const known = new Map(
    targets.map((target) => {
      const around = tops.filter((top) => isAtOrBelow(target, top))
      return [target, around.toSorted((a, b) => b.length - a.length)[0] ?? target]
    }),
  )
  return (path) => known.get(path) ?? path
}

/**
 * Whether it uses a place to have this mounted: the place, a part of it, or what holds it in its own
 * worktree. A pool or a whole disk that is mounted proves nothing by itself: who works there is seen.
 */
function isUsed(mounted: string, path: string, top: string): boolean {
  return isAtOrBelow(mounted, path) || (isAtOrBelow(path, mounted) && isAtOrBelow(mounted, top))
}

function inContainers(containers: readonly Container[], path: string, top: string): Inhabitant[] {
  return containers
    .filter(({ sources }) => sources.some((source) => isUsed(source, path, top)))
    .map(({ name, id }) => ({
      kind: 'container',
      what: `container ${name} (${id.slice(0, 12)}) mounts it`,
    }))
}

/** The same of containers by their processes: those of podman and the like are in no list of docker's. */
function veiledAbove(veiled: readonly Veiled[], base: string, path: string): string[] {
  return veiled
    .filter(({ mounted }) =>
      mounted.some((place) => isAtOrBelow(path, place === '' ? base : `${base}/${place}`)),
    )
    .map(
      ({ what }) =>
        `${what} runs in a container that mounts a folder above it, and root alone sees who is in it`,
    )
}

/** Who works in a container that has a folder above mounted: root sees that, others need not. */
function aboveIn(containers: readonly Container[], path: string): string[] {
  if (process.geteuid?.() === 0) return []
  return containers
    .filter(({ sources }) =>
      sources.some((source) => source !== '/' && source !== path && isAtOrBelow(path, source)),
    )
    .map(
      ({ name }) => `container ${name} mounts a folder above it, and root alone sees who is in it`,
    )
}
