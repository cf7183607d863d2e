import { isLeaseId, isSlotPath } from './naming.ts'
import { isRecord, parseObject } from './lease.ts'
import { parseUnused } from './unused-units.ts'
import type { UnusedUnits } from './unused-units.ts'

/** Where the content of a new slot came from. */
export const SEED_KINDS = ['inherit', 'clone', 'copy', 'remote', 'cold'] as const
export type SeedKind = (typeof SEED_KINDS)[number]

/** What a slot was seeded with: written once, before anything is built in it. */
export interface SeedRecord {
  version: 1
  kind: SeedKind
  /** id of the lease whose build it was; null for a cold start */
  source: string | null
  /** hours since that build ended, null where unknown */
  ageHours: number | null
  /** how many slots in a row were handed down to this one */
  generation: number
  /**
   * Former slots, relative to the root and newest first, whose paths may be compiled in: a link at
   * each leads to this slot for as long as it lives.
   */
  former: string[]
  /** digest of the environment that decided what the target dir is good for; see plan/snapshot.ts */
  environment: string
  /** counts of unused units before this build; null where this build’s use cannot be told */
  unused: UnusedUnits | null
  /** what `rustc -vV` said when the slot was seeded; absent where it was not asked, or is not there */
  asked?: string
  /** digest of what that was chosen by, see host/toolchain-choice.ts; absent where it cannot be told */
  choice?: string
}

/** What a job left of its build when it ended: whoever seeds from its slot needs to know. */
export interface BuildRecord {
  version: 1
  /** absolute path of the checkout, '' where there was none */
  workspace: string
  /** where links lead on the way there: Cargo compiles in that one; absent where there are none */
  realWorkspace?: string
  /** what all worktrees of its repository share, by its identity; '' where that is of no use */
  common: string
  /** `rustc -vV` of the build, null where it is not known */
  toolchain: string | null
  /** what it says to who only asks; builds in containers, or by `cargo +name`, use another one */
  asked?: string
  /** see SeedRecord */
  choice?: string
  /** which system programs were linked against, as os-release has it; absent in older records */
  system?: string
  /** whether all inputs of the build were recorded with their content and mtimes */
  inputs: boolean
  /** when mtimes in its workspace had last been set, '' for never; see plan/seed.ts */
  times: string
  generation: number
  former: string[]
  unused: UnusedUnits
}

/** A longer chain is started over: old paths and old artefacts must not pile up for ever. */
export const GENERATIONS_AT_MOST = 50

/** People run a command many times a day, and each is one. */
export const LOCAL_GENERATIONS_AT_MOST = 250

export const COLD: SeedRecord = {
  version: 1,
  kind: 'cold',
  source: null,
  ageHours: null,
  generation: 0,
  former: [],
  environment: '',
  unused: null,
}

export function encodeRecord(record: SeedRecord | BuildRecord): string {
  return `${JSON.stringify(record)}\n`
}

/** Reads a seed record that anybody may have written; null where it is damaged. */
export function parseSeedRecord(text: string): SeedRecord | null {
  const found = parseVersion1(text)
  if (found === null) return null
  const { kind, source, ageHours, environment, unused } = found
  const chain = parseChain(found)
  const known = SEED_KINDS.find((each) => each === kind)
  if (known === undefined || chain === null) return null
  return {
    version: 1,
    kind: known,
    source: typeof source === 'string' && isLeaseId(source) ? source : null,
    ageHours: typeof ageHours === 'number' && Number.isFinite(ageHours) ? ageHours : null,
    environment: typeof environment === 'string' ? environment : '',
    unused: parseUnused(unused),
    ...askedIn(found),
    ...chain,
  }
}

/** Reads a build record that anybody may have written; null where it is damaged. */
export function parseBuildRecord(text: string): BuildRecord | null {
  const found = parseVersion1(text)
  if (found === null) return null
  const { workspace, common, toolchain, inputs, times } = found
  const chain = parseChain(found)
  if (typeof workspace !== 'string' || chain === null) return null
  return {
    version: 1,
    workspace,
    ...realWorkspaceIn(found),
    common: typeof common === 'string' ? common : '',
    toolchain: typeof toolchain === 'string' ? toolchain : null,
    inputs: inputs === true,
    times: typeof times === 'string' ? times : '',
    unused: parseUnused(found['unused']) ?? {},
    ...askedIn(found),
    ...systemIn(found),
    ...chain,
  }
}

/** What rustc said to who only asked, and by what it was chosen, of a record that anybody may have written. */
export function askedIn({ asked, choice }: Record<string, unknown>): {
  asked?: string
  choice?: string
} {
  if (typeof asked !== 'string') return {}
  return typeof choice === 'string' ? { asked, choice } : { asked }
}

/** The system of a record that anybody may have written. */
export function systemIn({ system }: Record<string, unknown>): { system?: string } {
  return typeof system === 'string' ? { system } : {}
}

/** Where the workspace of a record lies that anybody may have written. */
export function realWorkspaceIn({ realWorkspace }: Record<string, unknown>): {
  realWorkspace?: string
} {
  return typeof realWorkspace === 'string' ? { realWorkspace } : {}
}

function parseVersion1(text: string): Record<string, unknown> | null {
  const found = parseObject(text)
  return found?.['version'] === 1 ? found : null
}

/** The chain of handing down; a path that is not a slot's makes the record worthless. */
function parseChain(
  found: Record<string, unknown>,
): Pick<SeedRecord, 'generation' | 'former'> | null {
  const { generation, former } = found
  if (typeof generation !== 'number' || !Number.isInteger(generation) || generation < 0) return null
  if (!Array.isArray(former) || former.length > LOCAL_GENERATIONS_AT_MOST) return null
  const paths = former.filter((each): each is string => typeof each === 'string')
  return paths.length === former.length && paths.every(isSlotPath)
    ? { generation, former: paths }
    : null
}

/** `rustc -vV` as Cargo keeps it in `.rustc_info.json`; null where it is not there. */
export function toolchainIn(rustcInfo: string): string | null {
  const outputs = parseObject(rustcInfo)?.['outputs']
  if (!isRecord(outputs)) return null
  for (const output of Object.values(outputs)) {
    const stdout = isRecord(output) ? output['stdout'] : null
    if (typeof stdout === 'string' && /^rustc [^\n]+\n(?:[^\n]*\n)*host: /.test(stdout)) {
      return stdout.trim()
    }
  }
  return null
}
