import type { HistoryLine } from '../plan/history.ts'
import type { Lease, Result } from '../plan/lease.ts'
import { messageOf } from '../plan/guard-error.ts'
import { savedBy } from '../plan/saved.ts'
import { isSlotPath } from '../plan/naming.ts'
import type { Moment } from '../plan/reclaim.ts'
import { addLine, hasEndings, noteEnding, readEndings, readHistory } from '../host/history.ts'
import { withKernelLock } from '../host/kernel-lock.ts'
import { readBuildRecord, readSeedRecord } from '../host/lease-companions.ts'
import { findLease } from '../host/leases.ts'
import { readSizeSample } from '../host/size-samples.ts'
import { controlName, controlPath } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { measureTree } from '../host/sizes.ts'
import { describeSaved } from '../report/saved.ts'
import type { Runtime } from './runtime.ts'

const MEASURE_MS = 120_000

/** A reaper that is measuring is waited for: its trees must not be deleted meanwhile. */
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
  return [...readHistory(root), ...readEndings(root).map(({ line }) => line)].toSorted(
    (a, b) => a.wallMs - b.wallMs,
  )
}

function lineOf(
  root: Root,
  lease: Lease,
  { result, moment }: { result: Result; moment: Moment },
): HistoryLine {
  const { id, repository, job, leg, owner, uptimeS } = lease
  const sample = readSizeSample(root, id)
  const isSameBoot = owner.bootId === moment.bootId && moment.uptimeS >= uptimeS
  return {
    version: 1,
    id,
    repository,
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

export { hasEndings }

/**
 * Measures the slots of jobs that have ended, in their place or in the trash, and makes a line of
 * each in the history. One reaper does it at a time; what it does not come to is the next one's.
 */
export async function tellHistory(root: Root): Promise<void> {
  await withKernelLock(controlPath(root, 'history.lock'), LOCK_SECONDS, async () => {
    for (const { line, slot } of readEndings(root)) {
      // Who measures a slot looks like one who lives in it: the next job could not inherit it.
      const size = line.bytes === null ? await measureSlot(root, line.id, slot) : null
      const bytes = size?.bytes ?? line.bytes
      const files = size?.files ?? line.files
      addLine(root, {
        ...line,
        bytes,
        files,
        peakBytes: larger(bytes, line.peakBytes),
        peakFiles: larger(files, line.peakFiles),
      })
    }
  })
}

/** In its place, or in the trash; by names that du(1), another process, can follow. */
async function measureSlot(
  root: Root,
  id: string,
  slot: string,
): Promise<{ bytes: number; files: number } | null> {
  const inPlace = isSlotPath(slot)
    ? await measureTree(`${root.realPath}/${slot}`, MEASURE_MS)
    : null
  return inPlace ?? measureTree(controlName(root, 'trash', id), MEASURE_MS)
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
