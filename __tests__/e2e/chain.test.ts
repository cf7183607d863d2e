import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect } from '@jest/globals'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { pullRequest } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** A program that depends on one crate, which is another one with every revision. */
function writeRevision(directory: string, revision: number): void {
  const put = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
    writeFileSync(path.join(directory, name), text)
  }
  const dependency = `dep${revision}`
  put(
    'Cargo.toml',
    `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n${dependency} = { path = "${dependency}" }\n`,
  )
  put('src/main.rs', `fn main() { println!("{}", ${dependency}::number()) }\n`)
  put(
    `${dependency}/Cargo.toml`,
    `[package]\nname = "${dependency}"\nversion = "0.1.0"\nedition = "2021"\n`,
  )
  put(`${dependency}/src/lib.rs`, `pub fn number() -> u32 { ${revision} }\n`)
}

/** Names of the dependencies that have left anything in a slot. */
function leftOf(slot: string): string[] {
  const debug = path.join(slot, 'debug')
  const names = ['deps', '.fingerprint'].flatMap((folder) => readdirSync(path.join(debug, folder)))
  return [...new Set(names.flatMap((name) => /dep\d+/.exec(name)?.[0] ?? []))].toSorted()
}

needs('root', 'cargo').test(
  'a slot that is handed down leaves behind what two builds in a row did not use',
  async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const job = async (revision: number): Promise<JobResult> => {
      writeRevision(runner.workspace(), revision)
      const result = await runner.job({
        event: pullRequest(),
        runId: String(100 + revision),
        env: { CARGO_INCREMENTAL: '0' },
        steps: [
          host.step({ id: 'guard' }),
          { name: 'build', run: 'cargo build --offline && "$CARGO_TARGET_DIR/debug/app"' },
        ],
      }).result
      if (result.conclusion !== 'success') throw new Error(String(result))
      expect(result.step('build').stdout).toBe(`${revision}\n`)
      return result
    }
    expect((await job(1)).step('guard').outputs['seed']).toBe('cold')
    const left: string[][] = []
    let slot = ''
    for (const revision of [2, 3, 4, 5]) {
      const result = await job(revision)
      expect(result.step('guard').outputs['seed']).toBe('inherit')
      slot = slotOf(result)
      left.push(leftOf(slot))
    }
    expect(left).toEqual([
      ['dep1', 'dep2'],
      ['dep1', 'dep2', 'dep3'],
      ['dep2', 'dep3', 'dep4'],
      ['dep3', 'dep4', 'dep5'],
    ])
    expect(existsSync(path.join(slot, 'debug/app'))).toBe(true)
  },
)
