/** Finding words in what stands on the page, across its elements. */

interface Piece {
  node: Text
  start: number
}

function piecesOf(root: Node): { pieces: Piece[]; text: string } {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const pieces: Piece[] = []
  let text = ''
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    pieces.push({ node: node as Text, start: text.length })
    text += (node as Text).data
  }
  return { pieces, text }
}

/** Lower case of the same length, so that places in it are places in the text. */
function folded(text: string): string {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text
}

function pieceAt(pieces: readonly Piece[], place: number): Piece {
  return pieces.findLast(({ start }) => start <= place) as Piece
}

/** Every place below `root` that says `query`, whatever its case; also where it runs over the border of two elements. */
export function findRanges(root: Node, query: string): Range[] {
  const { pieces, text } = piecesOf(root)
  const [inside, wanted] = [folded(text), folded(query)]
  const ranges: Range[] = []
  if (wanted === '') return ranges
  for (let at = inside.indexOf(wanted); at !== -1; at = inside.indexOf(wanted, at + wanted.length)) {
    const [first, last] = [pieceAt(pieces, at), pieceAt(pieces, at + wanted.length - 1)]
    const range = document.createRange()
    range.setStart(first.node, at - first.start)
    range.setEnd(last.node, at + wanted.length - last.start)
    ranges.push(range)
  }
  return ranges
}

/** Paints ranges under a name that the style sheet knows as `::highlight(name)`; none takes the paint away. */
export function paintRanges(name: string, ranges: readonly Range[]): void {
  if (typeof Highlight === 'undefined') return
  if (ranges.length > 0) CSS.highlights.set(name, new Highlight(...ranges))
  else CSS.highlights.delete(name)
}
