import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

/** A checkout, and a target directory that looks as if it had been built from it. */

const HASH = '0123456789abcdef'
export const FINGERPRINT = `debug/.fingerprint/unit-${HASH}`

export function git(cwd: string, ...words: readonly string[]): void {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'init.defaultBranch=main']
  const more = ['-c', 'protocol.file.allow=always']
  execFileSync('git', [...who, ...more, ...words], { cwd, stdio: 'pipe' })
}

export function put(folder: string, file: string, text: string): void {
  mkdirSync(path.dirname(`${folder}/${file}`), { recursive: true })
  writeFileSync(`${folder}/${file}`, text)
}

/** What is there of the package beside what was compiled. */
export type Beside = 'documented' | { script: string; label?: string }

/**
 * What Cargo leaves of one unit that was made of these, a moment from now.
 *
 * @param beside documentation, for which every file of the package counts, or what a build script printed
 */
export function putUnit(target: string, inputs: readonly string[], beside?: Beside): void {
  put(target, `${FINGERPRINT}/lib-unit`, 'hash')
  if (beside === 'documented') put(target, `${FINGERPRINT}/doc-lib-unit`, 'hash')
  else if (beside !== undefined) putRun(target, beside)
  putMark(`${target}/${FINGERPRINT}`)
  const names = inputs.map((input) => input.replaceAll(' ', String.raw`\ `)).join(' ')
  const dep = `debug/deps/unit-${HASH}.d`
  put(target, dep, `${target}/${dep}: ${names}\n`)
}

function putRun(target: string, { script, label = 'unit' }: Exclude<Beside, string>): void {
  const id = `${label}-fedcba9876543210`
  put(target, `debug/.fingerprint/${id}/run-build-script-build-script-build`, 'hash')
  put(target, `debug/build/${id}/output`, script)
  put(target, `debug/build/${id}/root-output`, `${target}/debug/build/${id}/out`)
  putMark(`${target}/debug/build/${id}`)
}

function putMark(folder: string): void {
  put(folder, 'invoked.timestamp', '')
  const moment = Date.now() / 1000 + 0.05
  utimesSync(`${folder}/invoked.timestamp`, moment, moment)
}

/** Until after that moment. */
export const soon = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60))

export const mtimeOf = (file: string): string => String(lstatSync(file, { bigint: true }).mtimeNs)
