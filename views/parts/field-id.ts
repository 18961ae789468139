/** The id of the control that a field's name stands for, as bodies and errors spell it: `players[2].name` → `players-2-name`. */
export function fieldId(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '')
}
