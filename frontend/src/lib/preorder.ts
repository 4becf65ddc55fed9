/**
 * Who stands at least as high as whom, among n things numbered 0..n-1, closed under transitivity. Relations are only ever
 * added between two things that were unrelated, so no cycle can arise: what once was strictly higher stays so.
 */
export type Relation = 'above' | 'below' | 'same' | 'open'

export class Preorder {
  private readonly atLeast: boolean[][]

  constructor(readonly size: number) {
    this.atLeast = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => i === j))
  }

  private holds(i: number, j: number): boolean {
    return this.atLeast[i]?.[j] ?? false
  }

  /** How `i` stands to `j`: above, below, the same, or not known. */
  relation(i: number, j: number): Relation {
    const up = this.holds(i, j)
    const down = this.holds(j, i)
    if (up && down) return 'same'
    if (up) return 'above'
    return down ? 'below' : 'open'
  }

  /** Says how `i` stands to `j`, with all that follows from it. Where that is known already, nothing changes. */
  relate(i: number, j: number, relation: Exclude<Relation, 'open'>): void {
    if (this.relation(i, j) !== 'open') return
    if (relation !== 'below') this.raise(i, j)
    if (relation !== 'above') this.raise(j, i)
  }

  private raise(upper: number, lower: number): void {
    const above = this.everyone().filter((k) => this.holds(k, upper))
    const below = this.everyone().filter((k) => this.holds(lower, k))
    for (const a of above) {
      const row = this.atLeast[a]
      if (row) for (const b of below) row[b] = true
    }
  }

  private everyone(): number[] {
    return Array.from({ length: this.size }, (_, k) => k)
  }

  /**
   * `members` in one row, best first, things that are the same together; everything known holds in the row. Neighbours
   * whose relation is open stand in the order of `members`, but what is known to follow a thing comes right after it.
   */
  row(members: readonly number[]): number[][] {
    const classes: number[][] = []
    for (const member of members) {
      const same = classes.find((group) => this.relation(group[0] as number, member) === 'same')
      if (same) same.push(member)
      else classes.push([member])
    }
    const result: number[][] = []
    while (classes.length > 0) result.push(this.takeNext(classes, result.at(-1)))
    return result
  }

  private takeNext(classes: number[][], last: number[] | undefined): number[] {
    const stands = (a: number[], b: number[]) => this.relation(a[0] as number, b[0] as number)
    const free = classes.filter((group) => classes.every((other) => stands(other, group) !== 'above'))
    const next = (last && free.find((group) => stands(last, group) === 'above')) ?? free[0] ?? (classes[0] as number[])
    classes.splice(classes.indexOf(next), 1)
    return next
  }
}
