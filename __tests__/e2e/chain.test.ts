import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { readMarks } from '../../src/host/unit-marks.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { pullRequest } from './runner/events.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** A program that depends on one crate, which is another one with every revision; so may the program be. */
function writeRevision(directory: string, revision: number, program: string): void {
  const put = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
    writeFileSync(path.join(directory, name), text)
  }
  const dependency = `dep${revision}`
  put(
    'Cargo.toml',
    `[package]\nname = "${program}"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n${dependency} = { path = "${dependency}" }\n`,
  )
  put('src/main.rs', `fn main() { println!("{}", ${dependency}::number()) }\n`)
  put(
    `${dependency}/Cargo.toml`,
    `[package]\nname = "${dependency}"\nversion = "0.1.0"\nedition = "2021"\n`,
  )
  put(`${dependency}/src/lib.rs`, `pub fn number() -> u32 { ${revision} }\n`)
}

/** Names of the crates that have left anything in a slot. */
function leftOf(slot: string): string[] {
  const debug = path.join(slot, 'debug')
  const names = ['.', 'deps', '.fingerprint'].flatMap((folder) =>
    readdirSync(path.join(debug, folder)).filter((each) => !each.endsWith('.d')),
  )
  return [...new Set(names.flatMap((each) => /(?:dep|app)\d+/.exec(each)?.[0] ?? []))].toSorted()
}

/** Jobs of one pull request that build a revision each, with what each has left in its slot. */
async function chain(
  revisions: readonly number[],
  nameOf: (revision: number) => string,
  wanted: (revision: number) => string[],
): Promise<{ left: string[][]; slot: string; told: string[] }> {
  const host = new GuardedHost(scene())
  const runner = Runner.install(scene()).start()
  const left: string[][] = []
  const told: string[] = []
  let slot = ''
  for (const revision of revisions) {
    const program = nameOf(revision)
    writeRevision(runner.workspace(), revision, program)
    const result = await runner.job({
      event: pullRequest(),
      runId: String(100 + revision),
      env: { CARGO_INCREMENTAL: '0' },
      steps: [
        host.step({ id: 'guard' }),
        { name: 'build', run: `cargo build --offline && "$CARGO_TARGET_DIR/debug/${program}"` },
      ],
    }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    expect(result.step('build').stdout).toBe(`${revision}\n`)
    expect(result.step('guard').outputs['seed']).toBe(slot === '' ? 'cold' : 'inherit')
    slot = slotOf(result)
    // The next job has nothing to wait for.
    expect(readMarks(slot)).toEqual({ all: expect.anything(), used: new Set() })
    const end = result.step('Post guard').stdout
    told.push(end)
    // Where nobody could be sure that the slot is empty, as on a host that is too busy, they go later.
    const stay = /unused units stay/.test(end)
    left.push(stay ? wanted(revision) : leftOf(slot))
  }
  return { left, slot, told }
}

/** The names of the last so many revisions. */
function last(count: number, crate: string, revision: number): string[] {
  const first = Math.max(1, revision - count + 1)
  return Array.from({ length: revision - first + 1 }, (_, index) => `${crate}${first + index}`)
}

const dependencies = (revision: number): string[] => last(2, 'dep', revision)
const both = (revision: number): string[] => [
  ...last(1, 'app', revision),
  ...dependencies(revision),
]
const GONE = /[1-9]\d* units that builds no longer use are gone \(.+\)/

needs('root', 'cargo').describe('a slot that is handed down', () => {
  test('leaves behind what two builds in a row did not use', async () => {
    const revisions = [1, 2, 3, 4, 5]
    const { left, slot, told } = await chain(revisions, () => 'app', dependencies)
    expect(left).toEqual(revisions.map(dependencies))
    expect(told.join('\n')).toMatch(GONE)
    expect(existsSync(path.join(slot, 'debug/app'))).toBe(true)
  })

  test('leaves behind at once what weighs more than half of what the build used', async () => {
    const revisions = [1, 2, 3]
    const { left, told } = await chain(revisions, (revision) => `app${revision}`, both)
    expect(left).toEqual(revisions.map(both))
    expect(told.join('\n')).toMatch(GONE)
  })
})
