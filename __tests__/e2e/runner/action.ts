import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { parse } from 'yaml'
import type { ActionManifest } from './messages.ts'

interface ActionFile {
  readonly inputs?: Record<string, { readonly default?: string | number | boolean | null } | null>
  readonly runs: {
    readonly using: string
    readonly main: string
    readonly pre?: string
    readonly post?: string
    readonly 'pre-if'?: string
    readonly 'post-if'?: string
  }
}

function manifestPath(directory: string): string {
  const found = ['action.yml', 'action.yaml']
    .map((name) => path.join(directory, name))
    .find((file) => existsSync(file))
  if (found === undefined) throw new Error(`no action.yml in ${directory}`)
  return found
}

/** Reads the action.yml of a node action. Throws for other kinds of action. */
export function readAction(directory: string): ActionManifest {
  const { inputs, runs } = parse(readFileSync(manifestPath(directory), 'utf8')) as ActionFile
  if (!/^node\d+$/.test(runs.using)) throw new Error(`not a node action: using ${runs.using}`)
  return {
    node: runs.using,
    inputs: Object.fromEntries(
      Object.entries(inputs ?? {}).map(([name, input]) => [name, defaultText(input?.default)]),
    ),
    main: runs.main,
    pre: runs.pre ?? null,
    preIf: runs['pre-if'] ?? 'always()',
    post: runs.post ?? null,
    postIf: runs['post-if'] ?? 'always()',
  }
}

/** An input without a default is empty, not absent. */
function defaultText(value: string | number | boolean | null | undefined): string {
  return value === undefined || value === null ? '' : String(value)
}

/** Copies an action's manifest, and the file or folder that each entry point lies in, as a download would. */
export function placeAction(from: string, to: string): void {
  const manifest = readAction(from)
  const entries = [manifest.main, manifest.pre, manifest.post]
    .filter((entry) => entry !== null)
    .map((entry) => path.normalize(entry).split(path.sep)[0] ?? entry)
  mkdirSync(to, { recursive: true })
  for (const name of new Set([path.basename(manifestPath(from)), ...entries])) {
    cpSync(path.join(from, name), path.join(to, name), { recursive: true })
  }
}
