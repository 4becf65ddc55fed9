import { visiblePieces } from '@/lib/markdown'

/** A text as it is stored, invisible characters named; `from` is where in a longer text it stands (lib/offsets.ts). */
export function VisibleText({ text, from = 0 }: { text: string; from?: number }) {
  return visiblePieces(text).map((piece) => (
    <span
      key={piece.from}
      data-o={from + piece.from}
      data-e={text.startsWith(piece.text, piece.from) ? undefined : from + piece.to}
    >
      {piece.text}
    </span>
  ))
}
