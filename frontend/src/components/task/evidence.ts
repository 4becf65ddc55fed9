/** Facts checked: what may be handed in, by the server's rules. */
import type { EvidenceItem } from './content'

export const MOST_EVIDENCE = 50
export const BLANK: EvidenceItem = { url: '', note: '' }

const WEB = /^https?:\/\/[^\s/?#]\S*$/i

/** Whether a text is an address that can be opened: http or https, with a host. */
export function isWebAddress(text: string): boolean {
  return WEB.test(text) && URL.canParse(text)
}

export function isBlank({ url, note }: EvidenceItem): boolean {
  return url.trim() === '' && note.trim() === ''
}

/** Whether an item names an address that is none. */
export function hasBadAddress({ url }: EvidenceItem): boolean {
  return url.trim() !== '' && !isWebAddress(url.trim())
}

/** The items that say something, without white space around them. */
export function filledEvidence(evidence: readonly EvidenceItem[]): EvidenceItem[] {
  return evidence.filter((item) => !isBlank(item)).map(({ url, note }) => ({ url: url.trim(), note: note.trim() }))
}
