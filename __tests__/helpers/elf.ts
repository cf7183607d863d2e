/** A section to put into an ELF file. */
export interface ElfSection {
  name: string
  text: string
  /** default true */
  isLoaded?: boolean
}

/** A small ELF object (64 bits, little endian) with these sections. */
export function elfWith(sections: readonly ElfSection[]): Buffer {
  const names = ['', ...sections.map(({ name }) => name), '.shstrtab']
  const table = Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1')
  const bodies = [...sections.map(({ text }) => Buffer.from(text, 'latin1')), table]
  const header = Buffer.alloc(64)
  header.write('\u007fELF\u0002\u0001\u0001', 'latin1')
  const entries = [Buffer.alloc(64)]
  let from = header.length
  let nameAt = 1
  for (const [index, body] of bodies.entries()) {
    const entry = Buffer.alloc(64)
    entry.writeUInt32LE(nameAt, 0)
    entry.writeUInt32LE(1, 4)
    entry.writeBigUInt64LE(sections[index]?.isLoaded === false ? 0n : 2n, 8)
    entry.writeBigUInt64LE(BigInt(from), 24)
    entry.writeBigUInt64LE(BigInt(body.length), 32)
    entries.push(entry)
    from += body.length
    nameAt += (names[index + 1]?.length ?? 0) + 1
  }
  header.writeBigUInt64LE(BigInt(from), 40)
  header.writeUInt16LE(64, 58)
  header.writeUInt16LE(entries.length, 60)
  header.writeUInt16LE(entries.length - 1, 62)
  return Buffer.concat([header, ...bodies, ...entries])
}

/** An archive of these files, with the tables that ar puts first. */
export function archiveOf(members: Readonly<Record<string, Buffer>>): Buffer {
  const parts = [Buffer.from('!<arch>\n')]
  for (const [name, body] of Object.entries({ '/': Buffer.alloc(5), ...members })) {
    const header = `${name.padEnd(48)}${String(body.length).padEnd(10)}\`\n`
    parts.push(Buffer.from(header), body, Buffer.from(body.length % 2 === 1 ? '\n' : ''))
  }
  return Buffer.concat(parts)
}

/** Metadata as rustc writes it, with texts encoded as names, and other texts as they are. */
export function metadataOf(names: readonly string[], others: readonly string[] = []): Buffer {
  const version = `rust\0\0\0\n\0\0\0\0\u0010rustc 1.95.0`
  const encoded = names.map((name) => {
    const { length } = name
    const size = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]
    return `${String.fromCodePoint(...size)}${name}\u00c1`
  })
  return Buffer.from([version, ...encoded, ...others, '\0'].join('\0'), 'latin1')
}

/** The smallest ELF file with this text as its `.comment`, without one for null. */
export function elf(note: string | null): Buffer {
  return elfWith(note === null ? [] : [{ name: '.comment', text: note, isLoaded: false }])
}
