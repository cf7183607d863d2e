import { lstatSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { HistoryLine } from '../plan/history.ts'
import type { Lease, Result } from '../plan/lease.ts'
import { messageOf } from '../plan/guard-error.ts'
import { savedBy } from '../plan/saved.ts'
import { isSlotPath } from '../plan/naming.ts'
import type { Moment } from '../plan/reclaim.ts'
import { addLine, noteEnding, readEnding, readEndings, readHistory } from '../host/history.ts'
import { withKernelLock } from '../host/kernel-lock.ts'
import { readBuildRecord, readSeedRecord } from '../host/lease-companions.ts'
import { findLease } from '../host/leases.ts'
import { readSizeSample } from '../host/size-samples.ts'
import { controlName, controlPath } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { measureTree } from '../host/sizes.ts'
import type { TreeSize } from '../host/sizes.ts'
import { isInTrash } from '../host/trash.ts'
import { describeSaved } from '../report/saved.ts'
import type { Runtime } from './runtime.ts'

/** For all jobs together before the trash goes: the disk may be short. */
const TRASH_MS = 120_000

/** For one slot: less than another reaper waits for its turn. */
const MEASURE_MS = 110_000

/**
 * A reaper that is measuring is waited for: its trees should not be deleted meanwhile. The trash waits
 * no longer than it may in all; what goes while somebody measures it may be told too small.
 */
const LOCK_SECONDS = 120

/**
 * Notes what is known of a job at its end; a disk that is too full for it costs one line.
 *
 * @returns what its seed saved, in words; null where that is not known
 */
export function noteEnd(
  root: Root,
  id: string,
  ended: { result: Result; moment: Moment },
  { voice }: Runtime,
): string | null {
  const lease = findLease(root, id)?.lease ?? null
  if (lease === null) return null
  try {
    const line = lineOf(root, lease, ended)
    const saved = savedBy(line, readToldAndUntold(root))
    const savedSeconds = saved === null ? null : saved.coldSeconds - saved.seconds
    noteEnding(root, { line: { ...line, savedSeconds }, slot: lease.slot })
    return saved === null ? null : describeSaved(line.seed, saved)
  } catch (error) {
    voice.warning(`This job leaves no line in the history (${messageOf(error)}).`)
    return null
  }
}

/** The history with the ends that no reaper has come to yet, oldest first. */
export function readToldAndUntold(root: Root): HistoryLine[] {
  // The history is in order, whatever the clock said when each of its lines was written.
  const untold = readEndings(root).map(({ line }) => line)
  return [...readHistory(root), ...untold.toSorted((a, b) => a.wallMs - b.wallMs)]
}

function lineOf(
  root: Root,
  lease: Lease,
  { result, moment }: { result: Result; moment: Moment },
): HistoryLine {
  const { id, repository, workflow, job, leg, owner, uptimeS } = lease
  const sample = readSizeSample(root, id)
  const isSameBoot = owner.bootId === moment.bootId && moment.uptimeS >= uptimeS
  return {
    version: 1,
    id,
    repository,
    workflow,
    job,
    leg,
    seed: readSeedRecord(root, id).kind,
    result,
    bytes: sample?.bytes ?? null,
    files: sample?.files ?? null,
    peakBytes: sample?.peakBytes ?? null,
    peakFiles: sample?.peakFiles ?? null,
    seconds: isSameBoot ? Math.round(moment.uptimeS - uptimeS) : null,
    savedSeconds: null,
    toolchain: readBuildRecord(root, id)?.toolchain ?? null,
    wallMs: moment.wallMs,
  }
}

/** Which of the jobs that have ended: those whose slot lies in the trash, or all. */
export type Told = 'trash' | 'all'

/**
 * Measures the slots of jobs that have ended, in their place or in the trash, and makes a line of
 * each in the history. One reaper does it at a time; what it does not come to is the next one's.
 *
 * @param withinMs how long the trash may wait: what is not measured by then is told as last sampled
 * @returns why jobs could not be told, in words: each reason once
 */
export async function tellHistory(root: Root, which: Told, withinMs = TRASH_MS): Promise<string[]> {
  const problems = new Set<string>()
  const until = which === 'trash' ? performance.now() + withinMs : Number.POSITIVE_INFINITY
  for (const { line } of readEndings(root)) {
    if (which === 'trash' && !isInTrash(root, line.id)) continue
    try {
      const leftSeconds = Math.max(0, Math.ceil((until - performance.now()) / 1000))
      // Another reaper may wait for each of them, and no longer than for one.
      const told = await withKernelLock(
        controlPath(root, 'history.lock'),
        Math.min(LOCK_SECONDS, leftSeconds),
        async () => {
          await tellOne(root, line.id, Math.min(until, performance.now() + MEASURE_MS))
          return true
        },
      )
      if (told === null) break
    } catch (error) {
      problems.add(messageOf(error))
    }
  }
  return [...problems]
}

/**
 * @param until by performance.now(): nothing is measured any more
 * @throws as the file system does
 */
async function tellOne(root: Root, id: string, until: number): Promise<void> {
  const ending = readEnding(root, id)
  if (ending === null) return
  const { line, slot } = ending
  // The keeper's last sample is up to ten minutes old, and it is the end that links.
  const size = await measureSlot(root, id, slot, until)
  const bytes = size?.bytes ?? line.bytes
  const files = size === null || size.files === 0 ? line.files : size.files
  addLine(root, {
    ...line,
    bytes,
    files,
    peakBytes: larger(bytes, line.peakBytes),
    peakFiles: larger(files, line.peakFiles),
  })
}

/** In its place, or in the trash; by names that du(1), another process, can follow. */
async function measureSlot(
  root: Root,
  id: string,
  slot: string,
  until: number,
): Promise<TreeSize | null> {
  const places = [
    ...(isSlotPath(slot) ? [`${root.realPath}/${slot}`] : []),
    controlName(root, 'trash', id),
  ]
  for (const place of places) {
    const before = identityOf(place)
    if (before === null) continue
    const size = await measureTree(place, until - performance.now())
    // Moved meanwhile, it may have been measured in part.
    if (size !== null && identityOf(place) === before) return size
  }
  return null
}

/**
 * Which directory lies there; null where none does: a former path of a slot that the next job has
 * inherited is a link, and takes no space.
 */
function identityOf(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isDirectory() === true ? `${stat.dev}:${stat.ino}` : null
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
