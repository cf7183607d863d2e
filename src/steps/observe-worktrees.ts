import { availableParallelism } from 'node:os'
import type { Occupancy } from '../plan/evidence.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { GitStatus, UnpushedGraph } from '../plan/git-status.ts'
import { LEFTOVER } from '../plan/worktree-names.ts'
import type { TargetDir, Worktree } from '../plan/worktree.ts'
import { headMovedAt, listRegistered } from '../host/git-directory.ts'
import type { Registered } from '../host/git-directory.ts'
import { askable, readStatus, readUnpushed, stateOf, targetStatesOf } from '../host/git-state.ts'
import type { Askable } from '../host/git-state.ts'
import { lockOf } from '../host/lock-sight.ts'
import { isAtOrBelow } from '../host/mounts.ts'
import { lookIntoPlaces } from '../host/place-occupancy.ts'
import { measureNested } from '../host/sizes.ts'
import type { Measured } from '../host/sizes.ts'
import { findWorktrees } from '../host/worktree-search.ts'
import type { FoundWorktree } from '../host/worktree-search.ts'
import type { Runtime } from './runtime.ts'

/** A worktree with what is needed to ask more of it. */
export interface ObservedWorktree {
  worktree: Worktree
  /** null where git may not or cannot be asked */
  askable: Askable | null
  /** the given directory that it lies below; null elsewhere */
  base: string | null
}

/** Everything that was found below the given directories. */
export interface WorktreeView {
  worktrees: ObservedWorktree[]
  /** by common directory: worktrees that are registered, and no longer there */
  missing: Map<string, Registered[]>
  problems: string[]
}

/** du(1) is cut short after this: sizes and ages that are not known by then keep their worktrees. */
export const MEASURING_MS = 30 * 60_000

/**
 * Finds and reads all worktrees below these directories; writes nothing.
 *
 * @param directories absolute, without links
 */
export async function observeWorktrees(
  directories: readonly string[],
  runtime: Runtime,
): Promise<WorktreeView> {
  const { worktrees: found, problems } = findWorktrees(directories)
  markCopies(found)
  // It takes longest; the look at processes knows du(1) for our own, and would take git for a guest.
  const measuring = measureNested(inOrder(found), MEASURING_MS)
  const occupancies = await lookIntoAll(directories, found, runtime)
  const asked = found.map((each) => ({ each, place: askable(each) }))
  const places = asked.flatMap(({ place }) => (typeof place === 'string' ? [] : [place]))
  const states = await readStates(places)
  const sizes = await measuring
  const worktrees = asked.map(({ each, place }): ObservedWorktree => {
    const base = baseOf(each.path, directories)
    const worktree = sized(each, sizes, occupancies)
    if (typeof place === 'string') {
      return { worktree: { ...worktree, git: { unknown: place } }, askable: null, base }
    }
    return {
      worktree: { ...worktree, ...withStates(each.path, worktree, states) },
      askable: place,
      base,
    }
  })
  const { elsewhere, missing } = findRegistered(found, directories)
  return { worktrees: [...worktrees, ...elsewhere], missing, problems }
}

/** A worktree that was copied has the git directory of its original: what is removed of one, the other needs. */
function markCopies(found: readonly FoundWorktree[]): void {
  const byGitDirectory = new Map<string, FoundWorktree[]>()
  for (const each of found) {
    if (each.gitDirectory === null) continue
    byGitDirectory.set(each.gitDirectory, [...(byGitDirectory.get(each.gitDirectory) ?? []), each])
  }
  for (const group of byGitDirectory.values()) {
    if (group.length === 1) continue
    for (const each of group)
      each.problem ??= 'a copy of it is there, and both have one git directory'
  }
}

/** The innermost of the given directories that a path lies at or below. */
export function baseOf(path: string, directories: readonly string[]): string | null {
  const [longest] = directories
    .filter((directory) => isAtOrBelow(path, directory))
    .toSorted((a, b) => b.length - a.length)
  return longest ?? null
}

/** Inner ones first: du counts what they share for the first. */
export function inOrder(found: readonly Pick<FoundWorktree, 'path' | 'targets'>[]): string[] {
  return found
    .flatMap(({ path, targets }) => [path, ...targets])
    .toSorted((a, b) => b.split('/').length - a.split('/').length)
}

async function lookIntoAll(
  directories: readonly string[],
  found: readonly FoundWorktree[],
  { environment }: Runtime,
): Promise<Map<string, Occupancy>> {
  const all = new Map<string, Occupancy>()
  for (const base of directories) {
    const inside = found.filter(({ path }) => baseOf(path, directories) === base)
    const targets = inside.flatMap((each) => each.targets)
    const paths = [...inside.map(({ path }) => path), ...targets]
    if (paths.length === 0) continue
    for (const entry of await lookIntoPlaces({ base, paths, targets }, environment)) {
      all.set(...entry)
    }
  }
  return all
}

/** Of a place that was not looked into. */
export const UNSEEN: Occupancy = { inhabitants: [], unknown: ['nobody has looked who is in it'] }

/** A worktree but for what git says of it. */
export function sized(
  found: FoundWorktree,
  sizes: ReadonlyMap<string, Measured>,
  occupancies: ReadonlyMap<string, Occupancy>,
): Omit<Worktree, 'git'> {
  const { path, kind, gitDirectory, common, inner } = found
  const targets = found.targets.map((target): TargetDir => ({
    path: target,
    bytes: sizes.get(target)?.bytes ?? null,
    newestMs: sizes.get(target)?.newestMs ?? null,
    occupancy: occupancies.get(target) ?? UNSEEN,
    git: 'unknown',
    holdsWorktree: false,
    isLeftover: LEFTOVER.test(target),
  }))
  const own = sizes.get(path)
  const all = [own, ...targets.map((target) => sizes.get(target.path))]
  const isWhole = all.every((each) => each !== undefined)
  const moved = gitDirectory === null ? 0 : headMovedAt(gitDirectory)
  return {
    path,
    kind,
    repository: common,
    isWithin: true,
    closer: null,
    lock: gitDirectory === null || kind !== 'linked' ? null : lockOf(gitDirectory),
    occupancy: occupancies.get(path) ?? UNSEEN,
    newestMs: isWhole ? Math.max(moved, ...all.map((each) => each.newestMs)) : null,
    bytes: isWhole ? all.reduce((sum, each) => sum + each.bytes, 0) : null,
    targets,
    inner,
  }
}

/** What git says of worktrees, by their paths, and of the target dirs in each. */
type States = Map<string, { git: Worktree['git']; targets: ReadonlyMap<string, TargetDir['git']> }>

function withStates(
  path: string,
  { targets }: Pick<Worktree, 'targets'>,
  states: States,
): Pick<Worktree, 'git' | 'targets'> {
  const state = states.get(path)
  return {
    git: state?.git ?? { unknown: 'git has not answered' },
    targets: targets.map((each) => ({ ...each, git: state?.targets.get(each.path) ?? 'unknown' })),
  }
}

/** What git says of each worktree: one process for each, and one for each repository. */
export async function readStates(places: readonly Askable[]): Promise<States> {
  const statuses = new Map<Askable, GitStatus | { unknown: string }>()
  await inParallel(places, async (place) => {
    statuses.set(place, await orUnknown(async () => readStatus(place)))
  })
  const byRepository = new Map<string, Askable[]>()
  for (const place of places) {
    byRepository.set(place.common, [...(byRepository.get(place.common) ?? []), place])
  }
  const states: States = new Map()
  await inParallel([...byRepository.values()], async (group) => {
    const heads = group.flatMap((place) => {
      const status = statuses.get(place)
      return status === undefined || 'unknown' in status || status.head === null
        ? []
        : [status.head]
    })
    const [first] = group
    if (first === undefined) return
    const graph = await orUnknown(async () => ({ graph: await readUnpushed(first, heads) }))
    for (const place of group) {
      const status = statuses.get(place)
      const isKnown = status !== undefined && !('unknown' in status)
      states.set(place.path, {
        git: combine(place, status, graph),
        targets: isKnown ? targetStatesOf(place, status) : new Map(),
      })
    }
  })
  return states
}

function combine(
  place: Askable,
  status: GitStatus | { unknown: string } | undefined,
  graph: { graph: UnpushedGraph } | { unknown: string },
): Worktree['git'] {
  if (status === undefined) return { unknown: 'git has not answered' }
  if ('unknown' in status) return status
  if ('unknown' in graph) return graph
  try {
    return stateOf(place, status, graph.graph)
  } catch (error) {
    return { unknown: messageOf(error) }
  }
}

/** Of a worktree that git fails for, nothing is known but why. */
export async function orUnknown<Value>(
  work: () => Promise<Value>,
): Promise<Value | { unknown: string }> {
  try {
    return await work()
  } catch (error) {
    return { unknown: messageOf(error) }
  }
}

/** Does the same for all, as many at once as this host has processors. */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

/** What repositories have registered besides what was found. */
function findRegistered(
  found: readonly FoundWorktree[],
  directories: readonly string[],
): { elsewhere: ObservedWorktree[]; missing: Map<string, Registered[]> } {
  const known = new Set(found.map(({ path }) => path))
  const commons = new Set(found.flatMap(({ common }) => (common === null ? [] : [common])))
  const elsewhere: ObservedWorktree[] = []
  const missing = new Map<string, Registered[]>()
  for (const common of commons) {
    const gone: Registered[] = []
    for (const registered of listRegistered(common)) {
      if (!registered.isThere) gone.push(registered)
      else if (!known.has(registered.path)) {
        known.add(registered.path)
        elsewhere.push(outside(registered, common, directories))
      }
    }
    missing.set(common, gone)
  }
  return { elsewhere, missing }
}

function outside(
  { path }: Registered,
  common: string,
  directories: readonly string[],
): ObservedWorktree {
  const isWithin = baseOf(path, directories) !== null
  const why = 'it is registered, and was not found by looking: it is left alone'
  return {
    base: null,
    askable: null,
    worktree: {
      path,
      kind: 'linked',
      repository: common,
      isWithin,
      git: { unknown: isWithin ? why : 'git is not asked' },
      closer: null,
      lock: null,
      occupancy: { inhabitants: [], unknown: [] },
      newestMs: null,
      bytes: null,
      targets: [],
      inner: [],
    },
  }
}
