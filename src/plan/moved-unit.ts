import type { DepInfo } from './dep-info.ts'
import { toldCargo } from './dep-info.ts'
import { mentions } from './former-paths.ts'
import type { FormerPaths } from './former-paths.ts'

/** What Cargo and rustc wrote beside a compiled unit; null where it cannot be read. */
export interface CompiledUnit {
  /** Cargo's fingerprint, as JSON */
  readonly fingerprint: string | null
  /** Cargo's binary list of inputs */
  readonly inputs: string | null
  /** rustc's dep-info */
  readonly depInfo: DepInfo | null
}

/** What is to become of a unit; *inspect*: what was compiled decides. */
export type UnitFate = { kind: 'keep' } | { kind: 'inspect' } | { kind: 'drop'; why: string }

/** Set for tests and benches alone, to what they run and write. */
const FOR_TESTS = /^CARGO_(BIN_EXE_|TARGET_TMPDIR$)/

/** What Cargo calls a build script among the dependencies of its package's units. */
const HAS_BUILD_SCRIPT = '"build_script_build"'

/**
 * Judges a compiled unit by what is written about it.
 *
 * A former workspace in a variable or among the inputs is enough. A former target directory is not:
 * serde, thiserror and many more only include a file from OUT_DIR, and half of a build depends on them.
 * Nor is it needed: a proc macro asks for variables on its own, and no dep-info tells.
 */
export function judgeUnit(unit: CompiledUnit, former: FormerPaths): UnitFate {
  const { targets, workspaces, living } = former
  const { depInfo } = unit
  if (depInfo === null) return drop('it has no dep-info that can be read')
  if (depInfo.problem !== null) return drop(`its dep-info is of no use: ${depInfo.problem}`)
  // The target may lie in the workspace, or beside it under a name that begins with the workspace's.
  const isFormer = (text: string): boolean => mentions(text, workspaces, [...living, ...targets])
  for (const [name, value] of depInfo.environment) {
    if (isFormer(value)) return drop(`it read ${name}`)
    if (FOR_TESTS.test(name) && mentions(value, targets, living)) return drop(`it read ${name}`)
  }
  if (depInfo.inputs.some(isFormer)) return drop('it was made of files of the former workspace')
  const tracked = `${unit.inputs ?? ''}\n${unit.fingerprint ?? ''}`
  if (isFormer(tracked) || mentions(tracked, targets, living)) {
    return drop('Cargo would look for changes at the former path')
  }
  const isSuspect =
    (targets.length > 0 && mayKnowTarget(unit, depInfo, former)) ||
    (workspaces.length > 0 && isOfWorkspace(depInfo))
  return isSuspect ? { kind: 'inspect' } : { kind: 'keep' }
}

function mayKnowTarget(
  { fingerprint }: CompiledUnit,
  { inputs, environment }: DepInfo,
  { targets, living }: FormerPaths,
): boolean {
  if (fingerprint?.includes(HAS_BUILD_SCRIPT) !== false) return true
  return [...environment.values(), ...inputs].some((text) => mentions(text, targets, living))
}

/** rustc runs in the workspace's root for its crates alone, and so only their inputs are relative. */
function isOfWorkspace({ inputs }: DepInfo): boolean {
  return inputs.length === 0 || inputs.some((input) => !input.startsWith('/'))
}

function drop(why: string): UnitFate {
  return { kind: 'drop', why }
}

/** What Cargo keeps of a build script's run; null where it cannot be read. */
export interface ScriptRun {
  readonly fingerprint: string | null
  /** what the script printed */
  readonly output: string | null
  /** its OUT_DIR then: Cargo puts the present one in its place when it reads the output */
  readonly outDir: string | null
}

/** Judges a build script's run by what it told Cargo; null: what is in OUT_DIR decides. */
export function judgeRun(run: ScriptRun, former: FormerPaths): string | null {
  const paths = [...former.targets, ...former.workspaces]
  if (run.output === null || run.fingerprint === null) return 'its output cannot be read'
  const own = run.outDir ?? ''
  const isOwn = former.targets.some((target) => own.startsWith(`${target}/`))
  const spared = isOwn ? [...former.living, own] : former.living
  if (mentions(toldCargo(run.output), paths, spared)) return 'it told Cargo a former path'
  if (mentions(run.fingerprint, paths, former.living)) {
    return 'Cargo would look for changes at the former path'
  }
  return null
}
