import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { readClaims } from '../../src/host/claims.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease, anEnd, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

function file(root: Root, name: string): string {
  return controlName(root, 'leases', name)
}

function ledger(root: Root): string {
  return controlName(root, 'claims.json')
}

const MANY = 100
const all = Array.from({ length: MANY }, (_, index) => index + 1)

function claim(root: Root, n: number, forecastBytes: number | null): void {
  writeLease(root, { ...aLease({ id: anId(n) }), forecastBytes })
}

function claimsIn(root: Root): Record<string, number> {
  const { claims } = JSON.parse(readFileSync(ledger(root), 'utf8')) as {
    claims: Record<string, number>
  }
  return claims
}

function sum(root: Root, chance?: (below: number) => number): number {
  return readClaims(root, chance).reduce(
    (before, { forecastBytes }) => before + (forecastBytes ?? 0),
    0,
  )
}

/** A root with many live leases of one byte each, which have been read once. */
function crowd(): Root {
  const root = aRoot(scene())
  for (const n of all) claim(root, n, 1)
  expect(sum(root)).toBe(MANY)
  return root
}

describe('the claims of live leases', () => {
  test('are their forecasts, and whether their slots were sampled', () => {
    const root = aRoot(scene())
    claim(root, 1, 7)
    writeFileSync(file(root, `${anId(1)}.size`), '{}')
    claim(root, 2, null)
    claim(root, 3, 9)
    endLease(root, anId(3), anEnd())
    expect(readClaims(root)).toEqual([
      { id: anId(1), forecastBytes: 7, isSampled: true },
      { id: anId(2), forecastBytes: null, isSampled: false },
    ])
  })

  test('are nothing where a lease is no plain file, or cannot be understood', () => {
    const root = aRoot(scene())
    const elsewhere = file(root, 'elsewhere')
    writeFileSync(elsewhere, JSON.stringify({ forecastBytes: 7 }))
    symlinkSync(elsewhere, file(root, `${anId(1)}.json`))
    spawnSync('mkfifo', [file(root, `${anId(2)}.json`)])
    writeFileSync(file(root, `${anId(3)}.json`), '{"forecastBytes":-1}')
    writeFileSync(file(root, `${anId(4)}.json`), '{"forecastBytes":7')
    expect(readClaims(root).map(({ forecastBytes }) => forecastBytes)).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})

describe('the claims of many leases', () => {
  test('are remembered, but for some that are read each time', () => {
    const root = crowd()
    const text = readFileSync(ledger(root), 'utf8')
    rmSync(file(root, `${anId(1)}.json`))
    claim(root, 1, 2)
    // Each is read in one of the turns, and then nothing that is remembered is believed.
    const sums = Array.from({ length: Math.ceil(MANY / 16) }, (_, turn) => {
      writeFileSync(ledger(root), text)
      return sum(root, () => turn)
    })
    expect(sums.filter((each) => each !== MANY)).toEqual([MANY + 1])
  })

  test('are those of the leases that are live now', () => {
    const root = crowd()
    for (const n of all.slice(0, 20)) endLease(root, anId(n), anEnd())
    for (let n = 1; n <= 5; n += 1) claim(root, MANY + n, 10)
    expect(sum(root)).toBe(MANY - 20 + 50)
    for (let n = 6; n <= 30; n += 1) claim(root, MANY + n, 10)
    expect(sum(root)).toBe(MANY - 20 + 300)
    expect(Object.keys(claimsIn(root))).toHaveLength(MANY - 20 + 30)
  })

  test('are those that the leases say, where anything else is remembered', () => {
    const root = crowd()
    const wrong = Object.fromEntries(all.map((n) => [anId(n), 0]))
    writeFileSync(ledger(root), JSON.stringify({ version: 1, claims: wrong }))
    expect(sum(root)).toBe(MANY)
    expect(claimsIn(root)[anId(1)]).toBe(1)
  })

  test.each([
    ['nothing', ''],
    ['no object', '[7]'],
    ['another version', '{"version":2,"claims":{}}'],
    ['no claims', '{"version":1}'],
    ['no ids', '{"version":1,"claims":{"../7":7,"__proto__":7}}'],
    ['no amounts', JSON.stringify({ version: 1, claims: { [anId(1)]: -1, [anId(2)]: '7' } })],
  ])('are read again where the ledger holds %s', (_, text) => {
    const root = crowd()
    writeFileSync(ledger(root), text)
    expect(sum(root)).toBe(MANY)
  })

  test('are read where no ledger can be written', () => {
    const root = aRoot(scene())
    mkdirSync(`${ledger(root)}/in the way`, { recursive: true })
    for (const n of all) claim(root, n, 1)
    expect(sum(root)).toBe(MANY)
    expect(sum(root)).toBe(MANY)
  })

  test('that cannot be read are not remembered as none', () => {
    const root = aRoot(scene())
    for (const n of all.slice(1)) claim(root, n, 1)
    mkdirSync(file(root, `${anId(1)}.json`))
    expect(sum(root)).toBe(MANY - 1)
    rmSync(file(root, `${anId(1)}.json`), { recursive: true })
    claim(root, 1, 5)
    expect(sum(root)).toBe(MANY + 4)
  })

  test('of few are not remembered at all', () => {
    const root = aRoot(scene())
    for (const n of all.slice(0, 20)) claim(root, n, 1)
    expect(sum(root)).toBe(20)
    expect(existsSync(ledger(root))).toBe(false)
  })
})
