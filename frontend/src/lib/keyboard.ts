/** Which key presses may be commands at all. Commands go by `event.code`, the physical key: see features' key tables. */

/** The keyCode of every press that an input method has seen first */
const INPUT_METHOD = 229
/** What has keys of its own. A checkbox has none but the space bar, so that commands work on after a click on one. */
const TEXT_FIELD = 'input:not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="combobox"]'
/** What an input method can write into. */
const TAKES_TEXT = 'input:not([type="checkbox"], [type="radio"]), textarea, [contenteditable="true"]'

function within(event: KeyboardEvent, selector: string): boolean {
  return event.target instanceof Element && event.target.closest(selector) !== null
}

export function inTextField(event: KeyboardEvent): boolean {
  return within(event, TEXT_FIELD)
}

/** A dialogue keeps its keys. */
export function inDialog(event: KeyboardEvent): boolean {
  return within(event, '[role="dialog"]')
}

/**
 * True where a key press belongs to an input method. Where text can be written, that is every press it has seen first (keyCode 229):
 * the one that begins a composition comes before `compositionstart`, and in Safari the Enter that ends one comes after
 * `compositionend`, both with `isComposing` false.
 *
 * Elsewhere there is nothing to compose into. Chromium turns the input method off while no text field has the focus, so
 * that keys arrive as they are; where a system's input method gets to see them all the same, they arrive as 229 with
 * the key "Process". Its `code` still says which key it was, and who annotates with a Chinese input method on must not
 * find every key dead.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || (event.keyCode === INPUT_METHOD && within(event, TAKES_TEXT))
}

/** Ctrl+Enter or Cmd+Enter: the one command that also works inside text fields. */
export function isSubmitKey(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey && (event.code === 'Enter' || event.code === 'NumpadEnter')
}

/** A single key pressed on purpose outside text fields: no modifier but Shift, no repeat, nobody composing. */
export function isPlainKey(event: KeyboardEvent): boolean {
  if (isComposing(event) || event.repeat || event.defaultPrevented) return false
  return !event.ctrlKey && !event.metaKey && !event.altKey && !inTextField(event)
}
