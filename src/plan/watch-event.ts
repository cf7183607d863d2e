import type { Growth } from './growth.ts'
import { isRecord, parseObject } from './lease.ts'
import { isLeaseId, isSlotPath } from './naming.ts'

/** A slot that grew, and whose it is. */
export interface Grower extends Growth {
  id: string
  /** relative to the root */
  slot: string
  runner: string
}

/** What a keeper saw of the root’s disk, and did; `atMs` is by the wall clock, for people. */
export type WatchEvent =
  | { kind: 'critical'; atMs: number; path: string; why: string }
  /** the emergency pass; `refusal` says why there was none, '' where there was one */
  | { kind: 'relief'; atMs: number; retired: number; freedBytes: number; refusal: string }
  /** still critical: the fastest growing slots, the fastest first */
  | { kind: 'growth'; atMs: number; growers: Grower[] }
  /** no longer critical */
  | { kind: 'over'; atMs: number; freeBytes: number }

/** More than a keeper notes, and as much as a reader believes. */
export const EVENTS_AT_MOST = 40
export const GROWERS_AT_MOST = 5
const TEXT_AT_MOST = 500

/** One event as a line. */
export function encodeEvent(event: WatchEvent): string {
  return `${JSON.stringify(event)}\n`
}

/** Reads events that anybody may have written; what cannot be understood is passed over. */
export function parseEvents(text: string): WatchEvent[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.slice(0, EVENTS_AT_MOST).flatMap((line) => {
    const event = parseEvent(parseObject(line))
    return event === null ? [] : [event]
  })
}

function parseEvent(found: Record<string, unknown> | null): WatchEvent | null {
  const atMs = timeIn(found)
  if (found === null || atMs === null) return null
  switch (found['kind']) {
    case 'critical':
      return { kind: 'critical', atMs, path: textIn(found['path']), why: textIn(found['why']) }
    case 'relief': {
      const [retired, freedBytes] = [found['retired'], found['freedBytes']].map(amount)
      const refusal = textIn(found['refusal'])
      return { kind: 'relief', atMs, retired: retired ?? 0, freedBytes: freedBytes ?? 0, refusal }
    }
    case 'growth': {
      const growers = Array.isArray(found['growers']) ? found['growers'] : []
      return { kind: 'growth', atMs, growers: growers.slice(0, GROWERS_AT_MOST).flatMap(grower) }
    }
    case 'over':
      return { kind: 'over', atMs, freeBytes: amount(found['freeBytes']) }
    default:
      return null
  }
}

/** The largest time that a date can have. */
const LAST_MS = 8.64e15

function timeIn(found: Record<string, unknown> | null): number | null {
  const atMs = found?.['atMs']
  return typeof atMs === 'number' && Math.abs(atMs) <= LAST_MS ? atMs : null
}

function grower(value: unknown): Grower[] {
  if (!isRecord(value)) return []
  const { id, slot, runner } = value
  if (typeof id !== 'string' || !isLeaseId(id)) return []
  if (typeof slot !== 'string' || !isSlotPath(slot)) return []
  const [grewBytes = 0, bytes = 0, seconds = 0] = [
    value['grewBytes'],
    value['bytes'],
    value['seconds'],
  ].map(amount)
  return [{ id, slot, runner: textIn(runner), grewBytes, bytes, seconds }]
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, TEXT_AT_MOST) : ''
}

function amount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0
}
