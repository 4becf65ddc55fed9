/**
 * Letters and hues of responses, by display position. The hues are Okabe & Ito's colour-blind-safe palette
 * ("Color Universal Design", 2008), in an order that keeps neighbours far apart. Black text on each reaches a
 * contrast of at least 5:1, and each stands out from dark paper by 4:1, so they are the same in both shades. A hue
 * never stands without its letter.
 */
const HUES = ['#e69f00', '#56b4e9', '#009e73', '#cc79a7', '#d55e00', '#f0e442'] as const

/** The letter of the response at display position `index`: 0 is A. */
export function letterAt(index: number): string {
  return String.fromCharCode(65 + index)
}

/** The hue of the response at display position `index`; repeats after six. */
export function hueAt(index: number): string {
  return HUES[index % HUES.length] as string
}
