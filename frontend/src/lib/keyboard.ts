/** Which key presses may be commands at all. Commands go by `event.code`, the physical key: see features' key tables. */

const TEXT_FIELD = 'input, textarea, select, [contenteditable="true"], [role="combobox"]'

/** True while an input method composes. Safari reports the Enter that ends a composition only by keyCode 229. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

export function inTextField(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest(TEXT_FIELD) !== null
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
