/** Line coverage of `src`, over every file there is: one that no test imports counts with all its lines. */
import { join } from 'node:path'
import { ROOT } from './steps.ts'

/** Lines hit, by line number of those that can be, by file. */
type Lines = Map<string, Map<number, boolean>>

export type Coverage = { percent: number; covered: number; total: number; missed: readonly FileMiss[] }
type FileMiss = { file: string; missed: number; total: number }

/**
 * @param reports paths of lcov files; a line counts as covered when one of them says so
 */
export async function measureCoverage(reports: readonly string[]): Promise<Coverage> {
  const lines: Lines = new Map()
  for (const report of reports) addReport(lines, await Bun.file(report).text())
  const missed: FileMiss[] = []
  let total = 0
  let covered = 0
  for (const file of new Bun.Glob('src/**/*.ts').scanSync({ cwd: ROOT })) {
    const ofFile = lines.get(file)
    const fileTotal = ofFile?.size ?? (await countCode(join(ROOT, file)))
    const fileCovered = [...(ofFile?.values() ?? [])].filter(Boolean).length
    total += fileTotal
    covered += fileCovered
    if (fileCovered < fileTotal) missed.push({ file, missed: fileTotal - fileCovered, total: fileTotal })
  }
  missed.sort((a, b) => b.missed - a.missed)
  return { percent: total === 0 ? 0 : (100 * covered) / total, covered, total, missed }
}

/** `SF:` names a file, `DA:` a line and how often it ran (geninfo(1)). */
function addReport(lines: Lines, report: string): void {
  let ofFile = new Map<number, boolean>()
  for (const record of report.split('\n')) {
    if (record.startsWith('SF:')) {
      const file = record.slice('SF:'.length)
      ofFile = lines.get(file) ?? new Map()
      lines.set(file, ofFile)
    } else if (record.startsWith('DA:')) {
      const [line, hits] = record.slice('DA:'.length).split(',').map(Number)
      ofFile.set(line!, ofFile.get(line!) === true || hits! > 0)
    }
  }
}

/** Lines of a file that was never loaded: those with code left once types and comments are gone, less those of closing brackets alone. */
async function countCode(path: string): Promise<number> {
  const code = new Bun.Transpiler({ loader: 'ts' }).transformSync(await Bun.file(path).text())
  return code.split('\n').filter((line) => /[^\s{}()[\];,]/.test(line)).length
}
