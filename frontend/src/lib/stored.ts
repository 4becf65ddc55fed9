/** Settings of this browser. Where it keeps nothing, or has no room, they hold for as long as the page is open. */

const unkept = new Map<string, string>()

export function storedValue(key: string): string | null {
  try {
    return unkept.get(key) ?? localStorage.getItem(key)
  } catch {
    return null
  }
}

export function storeValue(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
    unkept.delete(key)
  } catch {
    unkept.set(key, value)
  }
}
