import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { withProfiles } from '../../src/host/profiles.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

function profile(target: string, path: string): void {
  mkdirSync(`${target}/${path}/.fingerprint`, { recursive: true })
}

/** Makes the folders that these patterns of bash’s stand for. */
async function folders(target: string, ...patterns: string[]): Promise<void> {
  const make = `cd "$1" && printf '%s\\0' ${patterns.join(' ')} | xargs -0 mkdir -p`
  await scene().must('bash', ['-c', make, 'bash', target])
}

function profilesOf(target: string): string[] {
  return withProfiles(target, (found) => found.map(({ path }) => path)).toSorted()
}

const PATHS = [
  'debug',
  'llvm-cov-target/debug',
  'package/a-1.0.0/target/debug',
  'tests/trybuild/x86_64-unknown-linux-gnu/debug',
  'x86_64-unknown-linux-gnu/release',
]

function aTarget(): string {
  const target = scene().directory('target')
  for (const path of PATHS) profile(target, path)
  return target
}

describe('the profiles of a target directory', () => {
  test('are found wherever Cargo makes them', () => {
    expect(profilesOf(aTarget())).toEqual(PATHS)
  })

  test('are those of no other directory that a link leads to', () => {
    const target = scene().directory('target')
    symlinkSync(aTarget(), `${target}/link`)
    expect(profilesOf(target)).toEqual([])
  })

  test.each([
    ['reports of benchmarks', 'criterion/g{1..40}/f{1..30}/{base,change,new,report}'],
    ['what tests have written', 'tmp/t{1..5000}/a'],
    ['what tests have written in a profile', 'debug/made/t{1..5000}'],
    ['what lies beside a tool’s profile', 'tests/ui/t{1..5000}'],
    ['very many folders at the top', 't{1..5000}'],
  ])('are found beside very many folders: %s', async (_, pattern) => {
    const target = aTarget()
    await folders(target, pattern)
    expect(profilesOf(target)).toEqual(PATHS)
  })

  test('are nothing that rustdoc wrote: modules, and crates, called like Cargo’s folders', async () => {
    const target = aTarget()
    for (const doc of ['doc', 'x86_64-unknown-linux-gnu/doc']) {
      await folders(target, `${doc}/{build,a}/{build,m{1..3}}`)
      writeFileSync(`${target}/${doc}/.lock`, '')
    }
    expect(profilesOf(target)).toEqual(PATHS)
  })

  test('are found in a tool’s own target directory that is called doc', () => {
    const target = aTarget()
    profile(target, 'doc/debug')
    expect(profilesOf(target)).toEqual([...PATHS, 'doc/debug'].toSorted())
  })

  test('are none where folders are without end', async () => {
    const target = aTarget()
    await folders(target, 't{1..33000}')
    expect(() => profilesOf(target)).toThrow('it holds too many folders')
    await scene().must('find', [target, '-delete'])
  }, 120_000)
})
